# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Servers that are peers of one another by their TLS keys; read after
# lib-icsd.sh. Each has a folder $tmp/NAME, a configuration $tmp/NAME.conf, and
# a port that stays its own.
#
#	own_new NAME...         keys and certificates; $NAME_pin
#	own_rows NAME [ROW...]  its configuration: a list of peers
#	own_start NAME          start it; $NAME_pid, $NAME_url (https), $NAME_http
#	own_stop NAME           as icsd_stop; own_kill NAME: as icsd_kill
#	own_reload NAME         take other rows
#	own_pair A B [WORDS]    rows for each other, and both reloaded
#	own_ics NAME ARG...     the operator's tool
#	own_round NAME PEER     a round, now; its exit status
#	own_row NAME PEER FILTER   of "peer list --json", by jq
#	own_size NAME           certificates and records that it has
#	own_device SERVER NAME MODEL [BY]   see below
#	own_alike A B           both have the same, by their dumps
#	own_feed NAME FILE      submit octets
#	own_batches             the files of $tmp/in, made by t/statements
#	own_feeds NAME FROM TO  submit these
#	own_settle A B          rounds of A with B until both are alike

skip_unless openssl jq curl

own_new() {
	for own_name; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
			-nodes -days 2 -subj "/CN=$own_name" \
			-keyout "$tmp/$own_name.key" -out "$tmp/$own_name.crt" \
			2>"$tmp/openssl.err" || return
		chmod 600 "$tmp/$own_name.key"
		own_pin=$(openssl x509 -in "$tmp/$own_name.crt" -noout -pubkey |
			openssl pkey -pubin -outform der |
			openssl dgst -sha256 -binary | base64) || return
		eval "${own_name}_pin=sha256//$own_pin ${own_name}_port=0"
		own_rows "$own_name"
	done
}

own_rows() {
	own_name=$1
	shift
	{
		printf 'tls-cert = %s\ntls-key = %s\npeer = {' \
			"$tmp/$own_name.crt" "$tmp/$own_name.key"
		own_comma=
		for own_each; do
			printf '%s"%s"' "$own_comma" "$own_each"
			own_comma=,
		done
		printf '}\n'
	} >"$tmp/$own_name.conf"
}

own_start() {
	own_name=$1
	shift
	eval "own_port=\$${own_name}_port"
	icsd_start "$own_name" -f "$tmp/$own_name.conf" -l 127.0.0.1:0 \
		-l "https://${own_addr:-127.0.0.1}:$own_port" "$@" || return
	eval "${own_name}_pid=$icsd_pid ${own_name}_url=$icsd_https
		${own_name}_http=$icsd_http
		${own_name}_port=${icsd_https##*:}"
}

own_stop() {
	eval "icsd_stop \"\$$1_pid\""
}

own_kill() {
	eval "icsd_kill \"\$$1_pid\""
}

own_reload() {
	eval "own_pid=\$$1_pid"
	own_reloads=$(grep -c ' reloaded ' "$tmp/$1.err")
	kill -HUP "$own_pid" && wait_until 20 \
		'test "$(grep -c " reloaded " "$tmp/'"$1"'.err")" -gt "$own_reloads"'
}

# own_row_of NAME [WORDS]: how others describe it
own_row_of() {
	eval "printf '%s kind=ics url=%s key=%s %s' \"$1\" \"\$${1}_url\" \
		\"\$${1}_pin\" \"${2:-}\""
}

own_pair() {
	own_rows "$1" "$(own_row_of "$2" "${3:-}")" &&
		own_rows "$2" "$(own_row_of "$1" "${3:-}")" &&
		own_reload "$1" && own_reload "$2"
}

own_ics() {
	own_name=$1
	shift
	"$ICS" -D "$tmp/$own_name" "$@"
}

own_round() {
	own_ics "$1" peer sync "$2"
}

own_row() {
	own_ics "$1" peer list --json |
		jq -r ".peers[] | select(.name == \"$2\") | $3"
}

own_size() {
	own_ics "$1" stats --json | jq '.certs + .records'
}

own_dump() {
	own_ics "$1" dump -q -o "$tmp/$1.dump"
}

own_alike() {
	own_dump "$1" && own_dump "$2" && cmp "$tmp/$1.dump" "$tmp/$2.dump"
}

# What waits for another to be judged may take a round more.
own_settle() {
	for own_each in 1 2 3 4 5; do
		own_round "$1" "$2" || own_ics "$1" peer list
		own_alike "$1" "$2" && return
	done
	return 1
}

own_feed() {
	eval "own_http=\$${1}_http"
	own_code=$(curl -sS -o "$tmp/body" -w '%{http_code}' \
		-H 'Content-Type: application/octet-stream' \
		--data-binary "@$2" "$own_http/ics/v1/submit")
	case $own_code in
	200 | 422) ;; # 422: all of it was here before
	*) cat "$tmp/body" && same 200 "$own_code" ;;
	esac
}

own_batches() {
	ls "$tmp"/in/batch-*.pgp
}

own_feeds() {
	for own_file in $(own_batches | sed -n "$2,$3p"); do
		own_feed "$1" "$own_file" || return
	done
}

# own_device SERVER NAME MODEL [BY]: a certificate of that name there, of which BY,
# else $maker, says maker and model; $NAME is its fingerprint. With lib-gpg.sh and
# lib-api.sh.
own_device() {
	gpg_key "$2" ed25519 cert && eval "$2=$gpg_fpr" &&
		say "${4:-$maker}" "$gpg_fpr" manu=Acme "model=$3" &&
		gpg --export "$gpg_fpr" >"$tmp/$2.pgp" &&
		own_feed "$1" "$tmp/$2.pgp"
}
