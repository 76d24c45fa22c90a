# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the demo is made of: telling, parties with a GnuPG of their own, servers
# with a TLS key of their own. $place is where everything lies; it is short,
# since a socket's path has 108 octets.

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# ---- telling ---------------------------------------------------------------------

# chapter WORDS: a heading of the story
chapter() {
	printf '\n%s\n' "$*" | tee -a "$transcript"
}

# tell WORDS: what is so
tell() {
	printf '  %6d ms  %s\n' $(($(now_ms) - begun)) "$*" | tee -a "$transcript"
}

# must WORDS COMMAND...: told when it holds; else the end of the story
must() {
	words=$1
	shift
	if "$@" >"$place/said" 2>&1; then
		tell "$words"
		return
	fi
	{
		echo "demo: this does not hold: $words"
		echo "demo: $*"
		tail -n 20 "$place/said"
	} | tee -a "$transcript" >&2
	exit 1
}

# soon SECONDS COMMAND...: it holds within so long
soon() {
	soon_end=$(($(now_ms) + $1 * 1000))
	shift
	until "$@"; do
		test "$(now_ms)" -lt "$soon_end" || return
		sleep 0.02
	done
}

# ---- parties -----------------------------------------------------------------------

# party NAME USERID: a GnuPG home and a key; $NAME is its fingerprint
party() {
	home "$1" && gpg --quick-generate-key "$2" ed25519 sign,cert never &&
		eval "$1=\$(fpr_of \"\$2\")" &&
		gpg --export >"$place/$1.pgp"
}

home() {
	GNUPGHOME=$place/$1
	export GNUPGHOME
	test ! -d "$GNUPGHOME" || return 0
	mkdir -m 700 "$GNUPGHOME" &&
		printf '%s\n' batch no-tty yes 'pinentry-mode loopback' \
			'passphrase ""' no-auto-check-trustdb \
			>"$GNUPGHOME/gpg.conf" &&
		echo allow-loopback-pinentry >"$GNUPGHOME/gpg-agent.conf" &&
		: >"$GNUPGHOME/dirmngr.conf"
}

fpr_of() {
	gpg --with-colons --list-keys "=$1" |
		awk -F: '$1 == "fpr" { print $10; exit }'
}

# ---- servers -----------------------------------------------------------------------

# server_key NAME: its TLS key; $NAME_pin
server_key() {
	mkdir -p "$place/s/$1" &&
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
			-nodes -days 30 -subj "/CN=$1" -keyout "$place/s/$1.key" \
			-out "$place/s/$1.crt" &&
		chmod 600 "$place/s/$1.key" &&
		eval "$1_pin=sha256//$(openssl x509 -in "$place/s/$1.crt" \
			-noout -pubkey | openssl pkey -pubin -outform der |
			openssl dgst -sha256 -binary | base64) $1_port=0 $1_plain=0"
}

# server_block NAME [PULL]: how a policy names another server
server_block() {
	eval "block_at=\$${1}_https block_pin=\$${1}_pin"
	printf 'sync "%s" { url = "%s" pin = "%s"' "$1" "$block_at" "$block_pin"
	test -z "${2:-}" || printf ' every = 1s may-alter = yes %s' "$2"
	printf ' }\n'
}

# server_start NAME PROFILE: $NAME_http, $NAME_https, $NAME_pid
server_start() {
	printf 'tls-cert = %s\ntls-key = %s\nhttp-threads = 1\n' \
		"$place/s/$1.crt" "$place/s/$1.key" >"$place/s/$1.conf"
	eval "plain=\$${1}_plain port=\$${1}_port"
	: >"$place/s/$1.out"
	"$icsd" -d -D "$place/s/$1" -f "$place/s/$1.conf" --profile "$2" \
		-l "127.0.0.1:$plain" -l "https://127.0.0.1:$port" \
		>"$place/s/$1.out" 2>>"$place/s/$1.log" </dev/null &
	eval "$1_pid=$!"
	server_pids="$server_pids $!"
	soon 20 grep -q 'listening https' "$place/s/$1.out" || return
	for each in http https; do
		eval "$1_$each=\$(sed -n \
			's/^listening \($each:.*\)/\1/p' \"\$place/s/$1.out\")"
	done
	eval "$1_plain=\${${1}_http##*:} $1_port=\${${1}_https##*:}"
}

# server_stop NAME
server_stop() {
	eval "stop_pid=\$${1}_pid"
	kill "$stop_pid" && wait "$stop_pid"
}

# on NAME ARGUMENT...: ics as the operator of that server
on() {
	on_name=$1
	shift
	"$ics" -D "$place/s/$on_name" "$@"
}

# at NAME ARGUMENT...: ics over HTTP; with $NAME_token where there is one
at() {
	eval "at_url=\$${1}_http at_token=\${${1}_token:-}"
	shift
	ICS_TOKEN=$at_token "$ics" -s "$at_url" "$@"
}

# get NAME PATH [OPTION...]: likewise by curl
get() {
	eval "get_url=\$${1}_http\$2 get_token=\${${1}_token:-none}"
	shift 2
	curl -sS --fail-with-body -H "Authorization: Bearer $get_token" "$@" \
		"$get_url"
}

# send NAME FILE: octets, as anybody with curl
send() {
	get "$1" /ics/v1/submit --data-binary "@$2" \
		-H 'Content-Type: application/octet-stream'
}

# answers NAME QUERY WORD: what firmware is told in one line begins so
answers() {
	case $(get "$1" "/ics/v1/check?$2" -H 'Accept: text/plain') in
	"$3"*) ;;
	*) return 1 ;;
	esac
}

# rule NAME PARTY SET ROLE=FINGERPRINT...: with the server's own key, now in the
# home of its owner, give these roles, and have the policy's words say what SET has
rule() {
	rule_of=$1 rule_set=$3
	home "$2" || return
	shift 3
	gpg --import "$place/s/$rule_of/own/secret.pgp" || return
	for grant; do
		on "$rule_of" policy grant "$rule_of" "${grant#*=}" "${grant%%=*}" ||
			return
	done
	# shellcheck disable=SC2086 # words
	test -z "$rule_set" || on "$rule_of" policy set "$rule_of" $rule_set
}

# rule_more NAME PARTY BLOCK: the next version of that policy, with this block in
# front of its members
rule_more() {
	home "$2" || return
	rule_text=$place/s/$1.policy
	get "$1" "/ics/v1/domains/$1.asc" -o "$rule_text.asc" &&
		"$ics" policy show "$rule_text.asc" -o "$rule_text.now" &&
		awk -v block="$3" '
			/^ *member/ && !done++ { print block }
			$1 == "serial" { $3++ }
			{ print }' "$rule_text.now" >"$rule_text" || return
	own_fpr=$(gpg --show-keys --with-colons "$place/s/$1/own/certificate.pgp" |
		awk -F: '$1 == "fpr" { print $10; exit }')
	gpg -u "$own_fpr" -o "$rule_text.asc" --clearsign "$rule_text" &&
		on "$1" policy put "$rule_text.asc"
}
