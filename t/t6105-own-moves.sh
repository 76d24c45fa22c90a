#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A device moves from the gateway of one infield server to that of another one:
# at the new one it may take part within a second, with all that is known of
# it; at the old one it has moved. For every time that one asks about, it is
# in one place.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-own.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

says() { # NAME QUERY WORDS
	eval "icsd_http=\$$1_http"
	same 200 "$(api "/check?$2" -H Accept:text/plain)" &&
		same "$3" "$(cat "$tmp/body")"
}
ago() { # SECONDS
	date -u -d "@$((now - $1))" +%Y-%m-%dT%H:%M:%SZ
}
# infield NAME PLACE: a server of this profile, whose own key answers for what
# is in one place
infield() {
	own_rows "$1" "$(own_row_of m "every=1h push=no select=slot=$2")" &&
		own_start "$1" --profile infield --root "04$care" &&
		gpg --import "$tmp/$1/own/secret.pgp" &&
		in_key=$(gpg --show-keys --with-colons \
			"$tmp/$1/own/certificate.pgp" |
			sed -n 's/^fpr:*\([0-9A-F]*\):/\1/p') &&
		own_ics "$1" policy show "$tmp/$1/own/policy.asc" \
			-o "$tmp/$1.first" &&
		cat >"$tmp/$1.text" <<-X &&
			domain "infield" {
			    serial = 2
			    owner = "04$in_key"
			    grant "04$acme" { role = manufacturer }
			    grant "04$care" { role = integrator }
			    member {
			        kind = device
			        where = "slot=$2"
			        certified-by = integrator
			    }
			    read { networks = {"127.0.0.0/8"} }
			}
		X
		gpg -u "$in_key" -o "$tmp/$1.asc" --clearsign "$tmp/$1.text" &&
		own_ics "$1" policy put "$tmp/$1.asc" && own_round "$1" m
}

now=$(date +%s)
test_ok 'a maintenance server, a maker, an integrator, two sensors' '
	gpg_home 2>/dev/null &&
	born=$(date -u -d "@$((now - 7200))" +%Y%m%dT%H%M%S) &&
	for name in acme care one two; do
		gpg_at "$born" --quick-generate-key "$name" ed25519 sign,cert never &&
		eval "$name=$(gpg --with-colons --list-keys "=$name" |
			sed -n "s/^fpr:*\\([0-9A-F]*\\):/\\1/p")" || return
	done &&
	own_new m a b &&
	own_rows m "a kind=ics key=$a_pin" "b kind=ics key=$b_pin" && own_start m --root "04$care" &&
	gpg --export >"$tmp/all.pgp" && own_ics m load -q "$tmp/all.pgp" &&
	ICS_SERVER=$m_http && export ICS_SERVER &&
	for each in $one $two; do
		"$ICS" certify "$each" --as "$acme" --carrier record \
			--set manu=Acme --date "$(ago 3600)" &&
		"$ICS" system add "$each" hall-a --as "$care" \
			--date "$(ago 3000)" || return
	done
'
test_ok 'two infield servers, each for its place' '
	infield a hall-a && infield b hall-b &&
	wait_until 20 "says a \"subject=$one\" allow >/dev/null" &&
	wait_until 20 "says a \"subject=$two\" allow >/dev/null"
'
now=$(date +%s) # the rules of both are in force from here on
test_ok 'the other one knows nothing of what is not in its place' '
	says b "subject=$one" "deny unknown" && says b "subject=$two" "deny unknown"
'
ms() { date +%s%3N; }
test_ok 'it moves: within a second it may take part there' '
	"$ICS" system move "$one" hall-b --as "$care" --date "$(ago -10)" \
		-o "$tmp/move.asc" && own_feed m "$tmp/move.asc" &&
	begun=$(ms) &&
	wait_until 20 "says b \"subject=$one\" allow >/dev/null" &&
	took=$(($(ms) - begun)) && echo "# $took ms" && test "$took" -lt 1000
'
test_ok 'and no more where it was: it has moved' '
	wait_until 20 "says a \"subject=$one\" \"deny moved\" >/dev/null" &&
	icsd_http=$a_http && api "/check?subject=$one" >"$tmp/status" &&
	valid check && is "[.reasons[] | select(.rule == \"moved\")][0] |
		.tone == \"refusal\" and .issuer == \"04$(lower "$care")\"" &&
	digest=$(jq -r ".reasons[] | select(.rule == \"moved\").evidence" "$tmp/body") &&
	says a "subject=$two" allow && says b "subject=$two" "deny unknown"
'
test_ok 'the evidence verifies, there and here' '
	icsd_http=$a_http && verifies "/ics/v1/statements/$digest.asc" &&
	icsd_http=$b_http && verifies "/ics/v1/statements/$digest.asc"
'
# one_place SECONDS: who says yes to it then
one_place() {
	when=$(ago "-$1") yes=
	for each in a b; do
		eval "icsd_http=\$${each}_http"
		api "/check?subject=$one&at=$when" -H Accept:text/plain >/dev/null
		grep -q ^allow "$tmp/body" && yes="$yes$each"
	done
	echo "$yes"
}
test_ok 'at any time it is in one place, also in the second of its move' '
	same a "$(one_place 1)" && same a "$(one_place 9)" &&
	same b "$(one_place 10)" && same b "$(one_place 4000)"
'
test_ok 'its old place is not its own any more' '
	says a "subject=$one&slot=hall-a" "deny substituted" &&
	says a "subject=$two&slot=hall-a" allow &&
	says b "subject=$one&slot=hall-b" allow &&
	icsd_http=$m_http && same "dev:04$(lower "$two")" "$(found slot=hall-a)" &&
	same "dev:04$(lower "$one")" "$(found slot=hall-b)"
'
test_ok 'back again, and again in one place' '
	"$ICS" system move "$one" hall-a --as "$care" --date "$(ago -30)" &&
	wait_until 20 "says a \"subject=$one\" allow >/dev/null" &&
	wait_until 20 "says b \"subject=$one\" \"deny moved\" >/dev/null" &&
	same b "$(one_place 29)" && same a "$(one_place 30)" &&
	same a "$(one_place 4000)"
'
test_ok 'two moves in one second: both servers pick the same' '
	for place in hall-a hall-b; do
		"$ICS" system move "$one" "$place" --as "$care" \
			--date "$(ago -60)" || return
	done &&
	own_round a m && own_round b m &&
	same 1 "$(one_place 60 | tr -d "\n" | wc -c | tr -d " ")" &&
	same a "$(one_place 59)"
'
test_ok 'they end well' 'own_stop a && own_stop b && own_stop m'
test_done
