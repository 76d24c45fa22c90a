#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ics policy why, test, diff; and every example of ics-policy(5), as it stands there.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"

ics=$builddir/ics
plant=$srcdir/t/data/domain/plant-7.policy
acme=0411111111111111111111111111111111111111aa

why() {
	"$ics" policy why "$@" 2>&1
}
cases() {
	printf '%s\n' "$@" >"$tmp/cases"
	"$ics" policy test --at 2026-12-01 "$plant" "$tmp/cases" >"$tmp/out" 2>"$tmp/err"
}

# ---- why ---------------------------------------------------------------------

test_ok 'yes, by which line' '
	why "$plant" acme may act as manufacturer of manu=Acme model=T2 --at 2027-01-01 >"$tmp/out" &&
	same "yes
+ line 11: grant: acme as manufacturer, developer for Acme/T* until 2028-12-31T00:00:00Z" "$(cat "$tmp/out")"
'
test_ok 'no, and what is missing' '
	why "$plant" acme may say stolen >"$tmp/out"; same 1 $? &&
	same "no
+ line 32: stolen is said by owner, and counts when 2 have said it
- line 11: grant: acme as manufacturer, developer for Acme/T* until 2028-12-31T00:00:00Z; that is another role
- acme would need a grant as one of: owner" "$(cat "$tmp/out")"
'
test_ok 'an update: who has to approve it, and when it is welcome' '
	"$ics" policy new maintenance --owner "$acme" -o "$tmp/care" &&
	fw="code code-kind=app code-seq=4 by developer" && on="may install on device status=active" &&
	why "$tmp/care" "$fw $on" >"$tmp/out"; same 1 $? && grep -q "missing: integrator, maintainer" "$tmp/out" &&
	why "$tmp/care" "$fw approved maintainer $on running 5" >"$tmp/out"; same 1 $? &&
	grep -q "downgrade refuses" "$tmp/out" &&
	same yes "$(why -q "$tmp/care" "$fw approved maintainer rollback $on running 5")" &&
	same no "$(why -q "$tmp/care" "$fw approved maintainer within 2026-01-01T00:00:00Z/2026-01-02T00:00:00Z $on" --at 2026-02-01)"
'
test_ok 'at another time, which either says' '
	why "$plant" acme may act as developer of manu=Acme model=T2 --at 2029-01-01 |
		grep -q "it has ended then" &&
	why "$plant" "acme may act as developer of manu=Acme model=T2 at 2029-01-01" |
		grep -qx no
'
test_ok 'quiet is one word' 'same no "$(why -q "$plant" acme may say stolen)"'
test_ok 'as JSON' '
	why --json "$plant" "$acme" may say stolen |
		grep -q "\"answer\": *\"no\"" &&
	why --json "$plant" anybody may read >"$tmp/out"; same 1 $? &&
	tr -d " \n" <"$tmp/out" | grep -q "\"line\":24,\"for\":false"
'
test_ok 'what is no question' '
	why "$plant" acme flies >"$tmp/out"; same 2 $? &&
	grep -q "there is no may" "$tmp/out" &&
	why "$plant" acme may not say stolen; same 2 $? &&
	why "$tmp/none" acme may say stolen; same 1 $?
'

# ---- test --------------------------------------------------------------------

test_ok 'all is so' '
	cases "acme may not say stolen" "# a remark" "" "peer acme may read" &&
	same "" "$(cat "$tmp/out")" && grep -q "2 cases, 0 failed" "$tmp/err"
'
test_ok 'what is not so is told, with the lines' '
	cases "peer acme may read" "acme may say stolen" "peer acme may not read"; same 1 $? &&
	grep -q "cases:2: is not so: acme may say stolen" "$tmp/out" &&
	grep -q "^  - line 11: grant: acme" "$tmp/out" &&
	grep -q "cases:3: is not so: peer acme may not read" "$tmp/out" &&
	grep -q "^  + line 24: read: this peer" "$tmp/out" &&
	! grep -q "cases:1:" "$tmp/out" && grep -q "3 cases, 2 failed" "$tmp/err"
'
test_ok 'as JSON' '
	"$ics" policy test --json "$plant" "$tmp/cases" >"$tmp/out"; same 1 $? &&
	tr -d " \n" <"$tmp/out" | grep -q "\"cases\":3,\"failed\":2"
'
test_ok 'nothing is tried where a case does not read' '
	cases "acme may say stolen" "acme may fly home" "acme"; same 2 $? &&
	same "" "$(cat "$tmp/out")" &&
	grep -q "cases:2: acme: no thing" "$tmp/err" &&
	grep -q "cases:3: there is no may" "$tmp/err" &&
	cases "# nothing"; same 2 $? && grep -q "no case in it" "$tmp/err"
'

# ---- diff --------------------------------------------------------------------

sed -e 's/until = 2028-12-31/until = 2027-12-31/' -e 's,{"10.7.0.0/16",{"10.8.0.0/16" "10.7.0.0/16",' \
	-e 's,0/16" "10,0/16"\, "10,' -e 's/serial    = 12/serial = 13/' \
	-e 's/    level .*= open/ # a remark\n&/' "$plant" >"$tmp/next"
test_ok 'nothing differs but the words' '
	"$ics" -q policy show "$plant" >"$tmp/same" &&
	same "" "$("$ics" -q policy diff "$plant" "$tmp/same")" &&
	"$ics" -q policy diff "$srcdir/t/data/domain/plant-7.asc" "$tmp/same"
'
test_ok 'each change, its way and its lines' '
	"$ics" policy diff "$plant" "$tmp/next" >"$tmp/out" 2>"$tmp/err"; same 1 $? &&
	same "neither    domain: serial: 13, was 12
stricter   grant: acme as manufacturer until: 2027-12-31T00:00:00Z, was 2028-12-31T00:00:00Z (line 12, was 11)
stricter   grant: acme as developer until: 2027-12-31T00:00:00Z, was 2028-12-31T00:00:00Z (line 12, was 11)
more open  read: networks: also 10.8.0.0/16 (line 25, was 24)" "$(cat "$tmp/out")" &&
	grep -q "4 changes, 2 stricter, 1 more open" "$tmp/err"
'
test_ok 'as JSON' '
	"$ics" policy diff --json "$plant" "$tmp/next" >"$tmp/out"; same 1 $? &&
	tr -d " \n" <"$tmp/out" >"$tmp/flat" &&
	grep -q "\"section\":\"read\",\"stricter\":false,\"more_open\":true,\"old_line\":24,\"new_line\":25" "$tmp/flat"
'
test_ok 'what cannot be read' '
	echo x >"$tmp/bad" &&
	"$ics" policy diff "$plant" "$tmp/bad" 2>"$tmp/err"; same 2 $? && grep -q "bad:1:" "$tmp/err"
'

# ---- the page ----------------------------------------------------------------

page=$srcdir/src/domain/ics-policy.5

# A file an example, as mdoc shows it; what they are is told by how they begin.
$AWK -v to="$tmp/example" '
	/^\.Bd -literal/ { n++; inside = 1; next }
	/^\.Ed/ { inside = 0; next }
	inside { gsub(/\\\(aq/, "\047"); gsub(/\\e/, "\\"); print >(to n) }' "$page"
n=$(ls "$tmp"/example* | wc -l)
test_ok 'there are examples' 'test "$n" -ge 10'
i=0
while [ $((i += 1)) -le "$n" ]; do
	file=$tmp/example$i
	read -r word rest <"$file"
	case $word in
	domain) cp "$file" "$tmp/whole" ;;
	party | grant | member | require | read | state | update | sync)
		test_ok "the example of $word" '
			{ echo "domain x { serial = 1 owner = \"$acme\""; cat "$file"; echo "}"; } >"$tmp/one" &&
			"$ics" -q policy check "$tmp/one"
		'
		;;
	*) cp "$file" "$tmp/page.cases" ;;
	esac
done
test_ok 'the whole descriptor' '"$ics" -q policy check "$tmp/whole"'
test_ok 'the cases are so' '
	"$ics" policy test --at 2026-12-01 "$tmp/whole" "$tmp/page.cases" 2>"$tmp/err" &&
	grep -q "15 cases, 0 failed" "$tmp/err"
'
test_done
