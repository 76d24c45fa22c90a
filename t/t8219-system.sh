#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ics system: components come, move, are replaced and go, each by a signed
# statement; what a component was, and which code ran on it, at any time; the
# list of them all.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless curl jq

lower() { echo "$1" | tr A-F a-f; }
sum() { sha256sum <"$1" | cut -d ' ' -f 1; }
system() { "$ICS" system "$@" 2>&1; }
at() { # seconds behind an hour ago
	date -u -d "@$((now - 3600 + $1))" +%Y-%m-%dT%H:%M:%SZ
}
attribute() { # DEVICE NAME
	curl -sS "$icsd_http/ics/v1/items/$1" | jq -r ".attributes[\"$2\"]"
}
state() { curl -sS "$icsd_http/ics/v1/items/$1/status" | jq -r .status; }

test_ok 'a maker, an integrator with a scope, an owner, two pumps' '
	now=$(date +%s) && born=$(date -u -d "@$((now - 7200))" +%Y%m%dT%H%M%S) &&
	gpg_home &&
	for who in Maker Integrator Owner "T1000 1" "T1000 2"; do
		gpg_at "$born" --quick-generate-key "$who" ed25519 sign,cert never || return
	done &&
	key() { gpg --with-colons --list-keys "=$1" | $AWK -F: "/^fpr/ { print \$10; exit }"; } &&
	maker=$(key Maker) && integrator=$(key Integrator) && owner=$(key Owner) &&
	one=$(key "T1000 1") && two=$(key "T1000 2") &&
	for v in 1 2 3; do echo "pump $v" >"$tmp/$v.bin"; done
'
test_ok 'a server that knows their roles' '
	cat >"$tmp/icsd.conf" <<-CONF &&
		right = {"manufacturer 04$maker", "integrator 04$integrator Acme/*", "owner 04$owner"}
	CONF
	icsd_start server -f "$tmp/icsd.conf" && export ICS_SERVER=$icsd_http &&
	gpg --export >"$tmp/all.gpg" && "$ICS" -D "$icsd_dir" load "$tmp/all.gpg" &&
	for device in $one $two; do
		"$ICS" certify "$device" --as "$maker" --carrier record --date "$(at 1)" \
			--set manu=Acme --set model=T1000 --set "serial=1, \"a\"" || return
	done &&
	"$ICS" code add "$tmp/1.bin" --as "$maker" --name pump --release 1.0 --set manu=Acme --date "$(at 1)" &&
	"$ICS" code add "$tmp/2.bin" --as "$maker" --name pump --release 2.0 --set manu=Acme --date "$(at 1)"
'

test_ok 'planned, then in use, in its place' '
	system add "$one" "pump 1" --state planned --as "$integrator" --date "$(at 2)" &&
	same planned "$(state "$one")" &&
	system add "$one" "pump 1" --as "$integrator" --date "$(at 3)" &&
	same active "$(state "$one")" && same "pump 1" "$(attribute "$one" slot)"
'
test_ok 'moved' '
	system move "$one" "pump 2" --as "$integrator" --reason "a wall" --date "$(at 4)" &&
	same "pump 2" "$(attribute "$one" slot)" && same active "$(state "$one")"
'
test_ok 'software over time' '
	"$ICS" update install "$one" "$tmp/1.bin" --as "$integrator" --date "$(at 5)" &&
	"$ICS" update install "$one" "$tmp/3.bin" --as "$integrator" --date "$(at 6)" &&
	"$ICS" update install "$one" "$tmp/2.bin" --as "$integrator" --date "$(at 7)" &&
	"$ICS" update fail "$one" "$tmp/3.bin" --as "$integrator" --date "$(at 8)" &&
	code() { echo "code:sha256:$(sum "$tmp/$1.bin")"; } &&
	same "$(code 2)  since $(at 7)  pump 2.0" "$(system software "$one")" &&
	same "$(printf "%s\n" "$(code 1)  since $(at 5)  pump 1.0" "$(code 3)  since $(at 6)")" \
		"$(system software "$one" --at "$(at 6)")" &&
	system software "$one" --at "$(at 4)"; same 1 $?
'
test_ok 'as JSON' '
	system software "$one" --json | jq -e ".software[0].version == \"2.0\" and .software[0].by == \"04$(lower "$integrator")\""
'
test_ok 'a stranger installs nothing' '
	"$ICS" update install "$two" "$tmp/1.bin" --as "$one" --date "$(at 8)"
	system software "$two"; same 1 $?
'
test_ok 'what became different is what was signed' '
	system diff "$one" "$(at 2)" "$(at 5)" >"$tmp/out"; same 1 $? &&
	same "status: active, was planned
slot: pump 2, was pump 1
+ $(code 1)  since $(at 5)  pump 1.0" "$(cat "$tmp/out")" &&
	system diff "$one" "$(at 5)" "$(at 8)" >"$tmp/out"; same 1 $? &&
	same "- $(code 1)  since $(at 5)  pump 1.0
+ $(code 2)  since $(at 7)  pump 2.0" "$(cat "$tmp/out")" &&
	system diff --json "$one" "$(at 5)" "$(at 8)" | jq -e ".changes | map(.what) == [\"gone\", \"installed\"]" &&
	same "" "$(system diff "$one" "$(at 8)" "$(at 9)")" &&
	system diff "$one" "$(at 8)" "$(at 9)"
'
test_ok 'replaced: the old one ends and names the new one, which takes its place' '
	system replace "$one" "$two" --as "$owner" --date "$(at 10)" &&
	same decommissioned "$(state "$one")" && same active "$(state "$two")" &&
	same "pump 2" "$(attribute "$two" slot)" &&
	curl -sS "$icsd_http/ics/v1/items/$one/history" |
		jq -e "[.entries[].values.successor // empty] == [[\"04$(lower "$two")\"]]"
'
test_ok 'and no place to be found' '
	system replace "$maker" "$two" --as "$owner" >"$tmp/out"; same 2 $? &&
	grep -q "which place it has" "$tmp/out" &&
	system replace "$one" "$two" --as "$owner" -o "$tmp/x" >"$tmp/out"; same 2 $? &&
	grep -q "system replace does not take --output" "$tmp/out"
'
test_ok 'removed' '
	system remove "$two" --as "$owner" --date "$(at 12)" && same decommissioned "$(state "$two")"
'
test_ok 'the list is all that was enrolled, as CSV' '
	system export manu=Acme kind=device -o "$tmp/list.csv" &&
	same "$(printf "item,kind,name,status,manu,model,prodid,serial,lot,hwrev,slot,code-name,code-version\r")" \
		"$(head -n 1 "$tmp/list.csv")" &&
	same "$(printf "%s\n" "dev:04$(lower "$one")" "dev:04$(lower "$two")" | sort)" \
		"$(tail -n +2 "$tmp/list.csv" | cut -d , -f 1 | sort)" &&
	grep -q ",device,T1000 1,decommissioned,Acme,T1000,,\"1, \"\"a\"\"\",,,pump 2,," "$tmp/list.csv"
'
test_ok 'and as JSON, by what became of them' '
	system export manu=Acme kind=device status=decommissioned --json | jq -e ".items | length == 2" &&
	system export manu=Acme kind=device status=active --json | jq -e ".items == []"
'
test_ok 'what is no verb' '
	system ad "$one" x --as "$owner"; same 2 $? && system add "$one" --as "$owner"; same 2 $? &&
	system add "$one" x --state lost --as "$owner"; same 2 $? &&
	system export pumps; same 2 $? && system diff "$one" yesterday "$(at 1)"; same 2 $?
'
test_ok 'options of another verb' '
	system move "$one" x --as "$owner" --since @1; same 2 $? &&
	system remove "$one" --as "$owner" --state planned; same 2 $? &&
	system software "$one" --as "$owner"; same 2 $? &&
	system diff "$one" "$(at 1)" "$(at 2)" --at "$(at 1)"; same 2 $? &&
	system export manu=Acme --reason x >"$tmp/out"; same 2 $? &&
	grep -q "system export does not take --reason" "$tmp/out"
'
test_done
