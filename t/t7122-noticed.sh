#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A check that finds another key where one is registered is an event: in
# icsd's log, counted, and in the event streams of who may see the registered
# one; once, however often it is asked.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"
unset ICS_SERVER

# listen NAME [CURL-OPTION...]: an event stream in the background, $tmp/NAME,
# from the end of the log on
listen() {
	listen_to=$tmp/$1
	shift
	: >"$listen_to"
	curl -sN -m 120 -H 'Accept: text/event-stream' "$@" \
		"$icsd_http/ics/v1/changes?since=$end" >"$listen_to" &
	at_exit "kill $! 2>/dev/null"
	wait_until 10 'grep -q "^retry: " "$listen_to"'
}
# events NAME: its kinds, in their order
events() {
	sed -n 's/^event: //p' "$tmp/$1" | xargs
}
# noticed NAME N: the Nth notice
noticed() {
	sed -n '/^event: substituted/{n;s/^data: //p;}' "$tmp/$1" |
		sed -n "$2p"
}
line() { # QUERY WORDS [CURL-OPTION...]
	line_query=$1 line_want=$2
	shift 2
	same 200 "$(api "/check?$line_query" -H Accept:text/plain "$@")" &&
		same "$line_want" "$(cat "$tmp/body")"
}
descriptor() { # NAME THING READ
	cat >"$tmp/$1" <<-X
		domain "$1" {
		    serial = 1
		    owner = "04$owner"
		    member { items = {"04$2"} }
		    grant "04$acme" { role = manufacturer }
		    read { $3 }
		}
	X
	gpg -u "$owner" --clearsign "$tmp/$1"
}
counted() {
	curl -sS "http://${icsd_admin#*://}/metrics" |
		sed -n 's/^icsd_check_substituted_total //p'
}

gpg_home 2>/dev/null
gpg_key 'Acme <ca@acme.example>' 2>/dev/null && acme=$gpg_fpr
gpg_key 'Owner <owner@plant.example>' 2>/dev/null && owner=$gpg_fpr
for name in pump gate copy; do
	gpg_key "$name" 2>/dev/null
	eval "$name=\$gpg_fpr ${name}_id=dev:04\$(lower \$gpg_fpr)"
done
"$ICS" token new >"$tmp/token"
hash=$(sed -n 2p "$tmp/token" | cut -d'"' -f2)
auth="Authorization: Bearer $(sed -n 1p "$tmp/token")"

test_ok 'a pump that few may see, a gate and a copy for everybody' '
	say "$acme" "$pump" serial=77 && say "$acme" "$gate" serial=78 &&
	descriptor plant "$pump" "tokens = {\"$hash\"}" &&
	descriptor yard "$gate" "public = yes" &&
	printf "right = {\"manufacturer 04%s\"}\n" "$acme" >"$tmp/icsd.conf" &&
	icsd_start one -f "$tmp/icsd.conf" --admin 127.0.0.1:0 &&
	gpg --export >"$tmp/all.pgp" &&
	"$ICS" -D "$icsd_dir" load -q "$tmp/all.pgp" "$tmp/plant.asc" \
		"$tmp/yard.asc" &&
	wait_until 60 "same 404 \$(api /items/$pump) >/dev/null" &&
	wait_until 60 "line \"subject=$gate&claims=//78\" allow >/dev/null" &&
	wait_until 60 "line \"subject=$pump&claims=//77\" allow -H \"\$auth\" >/dev/null" &&
	api /changes >/dev/null && end=$(jq .size "$tmp/body") &&
	listen all && listen few -H "$auth" && listen other -H "$auth" &&
	same 0 "$(counted)"
'
test_ok 'who may not see the pump makes no event of it' '
	line "subject=$copy&claims=//77" "deny claims" && same 0 "$(counted)"
'
test_ok 'another key under its name: told to who may see it' '
	line "subject=$copy&claims=//77&domain=plant" "deny substituted" \
		-H "$auth" &&
	wait_until 10 "test -n \"\$(noticed few 1)\"" &&
	wait_until 10 "test -n \"\$(noticed other 1)\"" &&
	noticed few 1 >"$tmp/notice" && valid noticed "$tmp/notice" &&
	same "substituted $pump_id $copy_id //77" "$(jq -r \
		"[.event, .item, .by, .claims] | join(\" \")" "$tmp/notice")" &&
	! grep -B2 "^event: substituted" "$tmp/few" | grep "^id:"
'
test_ok 'in the log of icsd, with both names' '
	grep "substituted item=$pump_id by=$copy_id domain=plant claims=\"//77\" slot=\"\"" "$icsd_err"
'
test_ok 'a key that nobody knows, at a public gate: told to all' '
	line "subject=0123456789abcdef0123456789abcdef01234567&claims=//78" \
		"deny substituted" &&
	wait_until 10 "test -n \"\$(noticed all 1)\"" &&
	noticed all 1 >"$tmp/notice" && valid noticed "$tmp/notice" &&
	same "$gate_id dev:040123456789abcdef0123456789abcdef01234567" \
		"$(jq -r "[.item, .by] | join(\" \")" "$tmp/notice")"
'
test_ok 'a key ID that nobody knows has no name' '
	line "subject=0123456789abcdef&claims=//78" "deny substituted" &&
	wait_until 10 "test -n \"\$(noticed all 2)\"" &&
	noticed all 2 >"$tmp/notice" && valid noticed "$tmp/notice" &&
	same "$gate_id null" "$(jq -r "\"\(.item) \(.by)\"" "$tmp/notice")"
'
test_ok 'the pump at the gate: not named to who may not see it' '
	line "subject=$pump&claims=//78" "deny substituted" -H "$auth" &&
	wait_until 10 "test -n \"\$(noticed all 3)\"" &&
	wait_until 10 "test -n \"\$(noticed few 4)\"" &&
	same "$gate_id null" "$(noticed all 3 | jq -r "\"\(.item) \(.by)\"")" &&
	same "$gate_id $pump_id" "$(noticed few 4 | jq -r "\"\(.item) \(.by)\"")"
'
test_ok 'a question about another time is none about now' '
	line "subject=$copy&claims=//78&at=2027-06-01T00:00:00Z" "deny substituted" &&
	same 4 "$(counted)"
'
test_ok 'the same, asked often, is one event; it is counted' '
	for i in $(seq 20); do
		line "subject=$copy&claims=//77" "deny substituted" -H "$auth" ||
			return
	done >/dev/null &&
	same 4 "$(counted)" &&
	same 1 "$(grep -c "substituted item=$pump_id" "$icsd_err")"
'
test_ok 'many of them are at most 60 a minute' '
	for i in $(seq 200); do
		printf "subject=%040d&claims=//78\n" "$i"
	done >"$tmp/list" &&
	same 200 "$(api /check --data-binary "@$tmp/list" -H Accept:text/plain)" &&
	same 200 "$(grep -cx "deny substituted" "$tmp/body")" &&
	test "$(counted)" -ge 60 && test "$(counted)" -le 64 # of two minutes
'
test_ok 'rows follow, and nobody heard what was not for him' '
	gpg_key late 2>/dev/null && same 200 "$(submit "$gpg_fpr")" &&
	wait_until 20 "events all | grep -q put" &&
	wait_until 20 "events few | grep -q put" &&
	! grep "$pump_id" "$tmp/all"
'
test_ok 'the server ends well' 'icsd_stop'
test_done
