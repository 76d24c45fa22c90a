# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Asking the ICS API; read after lib-icsd.sh and lib-hkp.sh.
#
#	api PATH [CURL-OPTION...]   ask below /ics/v1; prints the status, leaves
#	                            $tmp/head and $tmp/body
#	valid NAME [FILE]           by lib-schema.sh, which it reads
#	is FILTER                   jq finds it true of the answer
#	cors                        the answer may be read by any page
#	say ISSUER FPR NAME=VALUE...   certify it by gpg, with these notations
#	submit [FPR...]             send these of the keyring, or all
#	record FILE NAME=VALUE...   a bare signature by $signer, by gpg
#	post FILE                   send it
#	found QUERY                 the items that a search finds, one a line
#	count QUERY                 how many
#	verifies PATH...            each answer is good for gpg, with the empty
#	                            document
#	lower TEXT                  in lower case

skip_unless jq
. "$srcdir/t/lib-schema.sh"

api() {
	api_path=$1
	shift
	http_code "/ics/v1$api_path" "$@"
}

is() {
	jq -e "$1" "$tmp/body"
}

domain=ics.example # as configure has it

lower() {
	printf '%s' "$1" | tr 'A-Z' 'a-z'
}

cors() {
	same '*' "$(header access-control-allow-origin)"
}

say() {
	say_issuer=$1
	say_about=$2
	shift 2
	for say_pair; do
		set -- "$@" --cert-notation "${say_pair%%=*}@$domain=${say_pair#*=}"
		shift
	done
	gpg "$@" -u "$say_issuer" --quick-sign-key "$say_about"
}

submit() {
	gpg --export "$@" >"$tmp/sent" &&
		api /submit -H 'Content-Type: application/octet-stream' \
			--data-binary "@$tmp/sent"
}

record() {
	record_file=$1
	shift
	for record_pair; do
		set -- "$@" \
			--sig-notation "${record_pair%%=*}@$domain=${record_pair#*=}"
		shift
	done
	gpg -u "$signer" "$@" -o "$record_file" -b </dev/null
}

post() {
	api /submit -H 'Content-Type: application/pgp-signature' \
		--data-binary "@$1"
}

found() {
	same 200 "$(api "/search?$1")" >&2 && valid search >&2 &&
		jq -r '.items[].item' "$tmp/body"
}

count() {
	found "$1" | wc -l | tr -d ' '
}

verifies() {
	for path; do
		same 200 "$(http_code "$path")" &&
			gpg --verify "$tmp/body" /dev/null || return
	done
}
