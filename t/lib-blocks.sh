# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Descriptors with sync blocks; read after lib-own.sh, lib-gpg.sh, lib-api.sh.
#
#	descriptor NAME DOMAIN SERIAL OWNER TEXT   sign one, and put it there by
#	                                           its operator
#	block BLOCK NAME [TEXT]   a sync block for the server NAME, each second
#	asks NAME FPR [AS]        the status of a look-up over TLS, with the key
#	                          of AS
#	has NAME FPR              its operator finds it there

# descriptor_write FILE DOMAIN SERIAL OWNER TEXT
descriptor_write() {
	printf 'domain "%s" {\nserial = %s\nowner = "04%s"\n%s\n}\n' \
		"$2" "$3" "$4" "$5" >"$1.policy"
	rm -f "$1"
	gpg -u "$4" -o "$1" --clearsign "$1.policy"
}

descriptor() {
	d_at=$1
	shift
	descriptor_write "$tmp/$1.$2.asc" "$@" &&
		own_ics "$d_at" policy put "$tmp/$1.$2.asc"
}

block() {
	eval "block_url=\${${2}_url:-} block_pin=\$${2}_pin"
	printf 'sync "%s" { url = "%s" pin = "%s" every = 1s %s }' "$1" \
		"$(printf '%s' "${block_url:-https://127.0.0.1:1}" |
			sed 's/^https/hkps/')" "$block_pin" "${3:-}"
}

asks() {
	eval "asks_url=\$$1_url"
	asks_what=$2
	shift 2
	for asks_as; do
		set -- --cert "$tmp/$asks_as.crt" --key "$tmp/$asks_as.key"
	done
	curl -sS -k -o "$tmp/body" -w '%{http_code}' "$@" \
		"$asks_url/pks/lookup?op=get&search=0x$asks_what"
}

has() {
	own_ics "$1" get "0x$2" >"$tmp/has" 2>&1
}
