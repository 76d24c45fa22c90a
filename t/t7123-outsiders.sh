#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Who is let in from outside: a service of another owner that a descriptor
# names, or for which the owner of the devices vouches, for a time, until he
# takes it back. It is shown as an outsider; without a grant it is refused.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-hkp.sh"
. "$srcdir/t/lib-api.sh"

line() { # QUERY WORDS
	same 200 "$(api "/check?$1" -H Accept:text/plain)" &&
		same "$2" "$(cat "$tmp/body")"
}
told() { # QUERY FILTER
	same 200 "$(api "/check?$1")" && valid check && is "$2"
}
at() { # DAYS from now
	date -u -d "@$((now + 86400 * $1))" +%Y-%m-%dT%H:%M:%SZ
}
# rule SERIAL LINE...: the next version of the domain
rule() {
	rule_serial=$1
	shift
	{
		printf 'domain "plant" {\nserial = %s\nowner = "04%s"\n' \
			"$rule_serial" "$plant"
		printf 'grant "04%s" { role = manufacturer }\n' "$acme"
		printf 'grant "04%s" { role = owner }\n' "$boss"
		echo 'member { kind = device certified-by = manufacturer }'
		echo 'read { public = yes }'
		printf '%s\n' "$@" '}'
	} >"$tmp/plant"
	rm -f "$tmp/plant.asc"
	gpg -u "$plant" --clearsign "$tmp/plant" &&
		"$ICS" -D "$icsd_dir" policy put "$tmp/plant.asc"
}
outsider='[.reasons[] | select(.rule == "outsider")][0]'

test_ok 'a plant, its maker, its devices; a service of somebody else' '
	now=$(date +%s) && gpg_home 2>/dev/null &&
	for name in plant acme boss rival pump; do
		gpg_key "$name" && eval "$name=\$gpg_fpr" || return
	done &&
	gpg_key "weather.example" && weather=$gpg_fpr &&
	say "$acme" "$pump" kind=device && say "$rival" "$weather" kind=service &&
	icsd_start one && ICS_SERVER=$icsd_http && export ICS_SERVER &&
	gpg --export >"$tmp/all.pgp" && "$ICS" -D "$icsd_dir" load -q "$tmp/all.pgp" &&
	rule 1 && wait_until 60 "line \"subject=$pump\" allow >/dev/null"
'
test_ok 'without a grant it may not talk, nor anything with it' '
	line "subject=$weather" "deny member" &&
	line "subject=$pump&with=$weather" "deny member" &&
	line "subject=$pump" allow
'

# ---- named by the descriptor ---------------------------------------------------

test_ok 'named from outside it may, and is shown so' '
	rule 2 "member { items = {\"04$weather\"} external = yes }" &&
	line "subject=$weather" allow && line "subject=$pump&with=$weather" allow &&
	told "subject=$weather" "$outsider | .tone == \"warning\" and .line == 8" &&
	told "subject=$pump&with=$weather" "[.parts[] | any(.reasons[];
		.rule == \"outsider\")] == [false, true]"
'
test_ok 'by ics, and in the rules of the domain' '
	"$ICS" check "$weather" >"$tmp/out" && grep -q "warning outsider" "$tmp/out" &&
	"$ICS" check "$pump" >"$tmp/out" && ! grep outsider "$tmp/out" &&
	same 200 "$(http_code /domain/plant)" &&
	grep -q "let in from outside" "$tmp/body"
'
test_ok 'ics policy why says so' '
	"$ICS" policy show "$tmp/plant.asc" -o "$tmp/two" &&
	"$ICS" policy why "$tmp/two" "04$weather" belongs >"$tmp/out" &&
	grep -q "line [0-9]*: member: takes it from outside" "$tmp/out" ||
		{ cat "$tmp/out"; false; }
'
test_ok 'named no more, it may not' '
	rule 3 && line "subject=$weather" "deny member" &&
	line "subject=$pump&with=$weather" "deny member"
'

# ---- by the word of the owner of the devices ------------------------------------

grant='member { kind = service certified-by = owner external = yes }'
test_ok 'a rule for services alone lets nobody in' '
	rule 4 "$grant" && line "subject=$weather" "deny member"
'
test_ok 'nor does the word of who owns the service' '
	"$ICS" certify "$weather" --as "$rival" --carrier record --set kind=service &&
	line "subject=$weather" "deny member"
'
test_ok 'the owner of the devices vouches for it, for ten days' '
	"$ICS" certify "$weather" --as "$boss" --carrier record --set kind=service \
		--expire "$(at 10)" -o "$tmp/grant.asc" &&
	same 200 "$(post "$tmp/grant.asc")" &&
	line "subject=$weather" allow && line "subject=$pump&with=$weather" allow &&
	told "subject=$weather" "($outsider.tone == \"warning\") and
		any(.vouchers[]; .issuer == \"04$(lower "$boss")\" and
			(.roles | index(\"owner\") != null))"
'
test_ok 'its page shows that' '
	same 200 "$(http_code "/item/$weather")" &&
	grep -q "of the system itself, not let in from outside" "$tmp/body" &&
	same 200 "$(http_code "/item/$pump")" && ! grep "from outside" "$tmp/body"
'
test_ok 'gpg finds his signature good' '
	cp "$tmp/grant.asc" "$tmp/g" && gpg --verify "$tmp/g" /dev/null
'
test_ok 'the answer tells when it ends; then it has' '
	told "subject=$weather" ".until <= \"$(at 10)\"" &&
	line "subject=$weather&at=$(at 9)" allow &&
	line "subject=$weather&at=$(at 11)" "deny member" &&
	line "subject=$pump&at=$(at 11)" allow
'
test_ok 'he takes it back: the next answer is no' '
	"$ICS" revoke "$tmp/grant.asc" --as "$boss" --reason "no contract" &&
	line "subject=$weather" "deny member" &&
	line "subject=$pump&with=$weather" "deny member"
'
test_ok 'the server ends well' 'icsd_stop'
test_done
