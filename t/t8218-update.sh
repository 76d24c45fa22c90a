#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ics update: the ledger of a device's updates, from the proposal to the way
# back, told by those who took each step; and that nobody approves what nobody
# verified.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless curl jq

lower() { echo "$1" | tr A-F a-f; }
sum() { sha256sum <"$1" | cut -d ' ' -f 1; }
update() { "$ICS" update "$@" 2>&1; }
may() { # FILE TIME WORDS: the server's line about installing it on the device
	same "$3" "$(curl -sS -H Accept:text/plain "$icsd_http/ics/v1/check?subject=$device&code=sha256:$(sum "$1")&purpose=install&at=$2")"
}
at() { # seconds behind an hour ago
	date -u -d "@$((now - 3600 + $1))" +%Y-%m-%dT%H:%M:%SZ
}

test_ok 'an integrator, a maintainer, a stranger, a device; old and new code' '
	now=$(date +%s) && born=$(date -u -d "@$((now - 7200))" +%Y%m%dT%H%M%S) &&
	gpg_home &&
	for who in Integrator Maintainer Stranger "T1000 000123"; do
		gpg_at "$born" --quick-generate-key "$who" ed25519 sign,cert never || return
	done &&
	key() { gpg --with-colons --list-keys "=$1" | $AWK -F: "/^fpr/ { print \$10; exit }"; } &&
	integrator=$(key Integrator) && maintainer=$(key Maintainer) &&
	stranger=$(key Stranger) && device=$(key "T1000 000123") &&
	echo old >"$tmp/old.bin" && echo new >"$tmp/new.bin"
'
test_ok 'a server that knows their roles' '
	cat >"$tmp/icsd.conf" <<-CONF &&
		right = {"integrator 04$integrator", "maintainer 04$maintainer", "developer 04$maintainer"}
	CONF
	icsd_start server -f "$tmp/icsd.conf" && export ICS_SERVER=$icsd_http &&
	gpg --export >"$tmp/all.gpg" &&
	"$ICS" -D "$icsd_dir" load "$tmp/all.gpg"
'
test_ok 'both were published, the new one later' '
	"$ICS" code add "$tmp/old.bin" --as "$maintainer" --name pump --seq-code 1 --date "$(at 0)" &&
	"$ICS" code add "$tmp/new.bin" --as "$maintainer" --name pump --seq-code 2 --date "$(at 0)" &&
	may "$tmp/new.bin" "$(at 1)" "deny approved"
'
test_ok 'proposed' '
	update propose "$device" "$tmp/new.bin" --as "$maintainer" --reason "a hole" --date "$(at 1)"
'
test_ok 'not approved before it was verified' '
	update approve "$device" "$tmp/new.bin" --as "$integrator" --date "$(at 2)" >"$tmp/out"; same 5 $? &&
	grep -q "nobody whose word counts has verified it" "$tmp/out"
'
test_ok 'nor by the word of a stranger' '
	update verify "$device" "$tmp/new.bin" --as "$stranger" --date "$(at 2)"
	update approve "$device" "$tmp/new.bin" --as "$integrator" --date "$(at 3)"; same 5 $?
'
test_ok 'verified, then approved for a night' '
	update verify "$device" "$tmp/new.bin" --as "$maintainer" --date "$(at 3)" &&
	update approve "$device" "code:sha256:$(sum "$tmp/new.bin")" --as "$integrator" --date "$(at 4)" \
		--window 2097-01-09T22:00:00Z/2097-01-10T04:00:00Z,2097-02-01/2097-02-02
'
test_ok 'so it may be installed in that night, and not before' '
	may "$tmp/new.bin" "$(at 4)" "deny window" &&
	may "$tmp/new.bin" 2097-01-10T00:00:00Z allow &&
	may "$tmp/new.bin" 2097-01-11T00:00:00Z "deny window"
'
test_ok 'installed, say the device and the maintainer: the old one is a step back' '
	update install "$device" "$tmp/new.bin" --as "$device" --date "$(at 5)" &&
	update install "$device" "$tmp/new.bin" --as "$maintainer" --date "$(at 6)" &&
	update verify "$device" "$tmp/old.bin" --as "$maintainer" --date "$(at 7)" &&
	update approve "$device" "$tmp/old.bin" --as "$integrator" --date "$(at 8)" &&
	may "$tmp/old.bin" "$(at 8)" "deny downgrade"
'
test_ok 'and failed' '
	update fail "$device" "$tmp/new.bin" --as "$maintainer" --reason "it rattles" --date "$(at 11)"
'
test_ok 'the way back is a word about the old code' '
	update rollback "$tmp/old.bin" "$tmp/new.bin" --as "$integrator" --date "$(at 10)" &&
	curl -sS "$icsd_http/ics/v1/items/sha256:$(sum "$tmp/old.bin")/history" |
		jq -e "[.entries[].values.rollback // empty] == [[\"code:sha256:$(sum "$tmp/new.bin")\"]]" &&
	may "$tmp/old.bin" "$(at 9)" "deny downgrade" && may "$tmp/old.bin" "$(at 10)" allow
'
test_ok 'the log has every step in its order, with its actor' '
	update log "$device" -q >"$tmp/log" && grep -v "does not count" "$tmp/log" | cut -d " " -f 3 >"$tmp/steps" &&
	same "proposed verified approved installed installed verified approved failed" "$(tr "\n" " " <"$tmp/steps" | sed "s/ $//")" &&
	grep -q "approved code:sha256:$(sum "$tmp/new.bin")  by 04$(lower "$integrator") Integrator as integrator" "$tmp/log"
'
test_ok 'as JSON lines, windows and reasons with it' '
	update log "$device" --json | jq -s -e "
		map(select(.step | startswith(\"approved\")))[0].values.window == [
			\"2097-01-09T22:00:00Z/2097-01-10T04:00:00Z\",
			\"2097-02-01T00:00:00Z/2097-02-02T00:00:00Z\"] and
		map(select(.step | startswith(\"failed\")))[0].values.reason == [\"it rattles\"] and
		all(.[]; .verified)"
'
test_ok 'as it was then' '
	update log "$device" -q --at "$(at 3)" | grep -v "does not count" | tail -n 1 | grep verified
'
test_ok 'what is no update' '
	update log; same 2 $? && update propose "$device" --as "$maintainer"; same 2 $? &&
	update paint "$device" "$tmp/new.bin" --as "$maintainer"; same 2 $? &&
	update install "$device" "$tmp/new.bin" --as "$device" --window 2097-01-01/2097-01-02; same 2 $? &&
	update approve "$device" "$tmp/new.bin" --as "$maintainer" --window 2097-01-01; same 2 $? &&
	update approve "$device" "$tmp/new.bin" --as "$maintainer" --window 2097-01-02/2097-01-01; same 2 $? &&
	update log "$stranger"; same 1 $?
'
test_ok 'options of another verb are refused by name' '
	update install "$device" "$tmp/new.bin" --as "$device" --window 2097-01-01/2097-01-02 |
		grep -q "update install does not take --window" &&
	update log "$device" --as "$device" >"$tmp/out"; same 2 $? &&
	grep -q "update log does not take --as" "$tmp/out" &&
	update rollback "$tmp/old.bin" "$tmp/new.bin" --as "$integrator" --at @1; same 2 $? &&
	update propose "$device" "$tmp/new.bin" --as "$device" --anchor "$integrator"; same 2 $?
'
test_done
