#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ics policy grant, revoke, set: the version in force changed where it stands,
# signed by its owner, and put back; by nobody else.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
unset ICS_SERVER

edit() {
	"$ICS" -D "$icsd_dir" policy "$@" >"$tmp/out" 2>"$tmp/err"
}
text() {
	"$ICS" -D "$icsd_dir" domain show maintenance -o - |
		gpg --decrypt 2>/dev/null
}
serial() {
	text | sed -n 's/.*serial = \([0-9]*\).*/\1/p'
}

test_ok 'a server with a domain, its key in the operator'"'"'s gpg' '
	gpg_home && gpg_key Acme && acme=$gpg_fpr && gpg_key Plant && plant=$gpg_fpr &&
	gpg --export "$plant" >"$tmp/plant.pgp" &&
	icsd_start one --profile maintenance && gpg --import "$icsd_dir/own/secret.pgp" &&
	"$ICS" -D "$icsd_dir" -q load "$tmp/plant.pgp" && text >"$tmp/first"
'
test_ok 'what would be signed, and nothing is' '
	edit grant maintenance "$acme" manufacturer --scope "Acme/T*" -n &&
	grep -q "^+        scope = \"Acme/T\*\"" "$tmp/out" &&
	grep -q "^more open  grant: 04.* as manufacturer began, for Acme/T\*" "$tmp/out" &&
	same 1 "$(serial)"
'
test_ok 'granted: one block more, and the serial' '
	edit grant maintenance "$acme" manufacturer --scope "Acme/T*" &&
	grep -qx "maintenance: serial 2 is in force" "$tmp/out" && text >"$tmp/second" &&
	diff "$tmp/first" "$tmp/second" >"$tmp/diff"; same 1 $? &&
	same "2c2
22a23,27" "$(grep "^[0-9]" "$tmp/diff")"
'
test_ok 'what is there already' '
	edit grant maintenance "04$acme" manufacturer --scope "Acme/T*" &&
	grep -q "line 24 grants that already" "$tmp/err" && same "" "$(cat "$tmp/out")" &&
	same 2 "$(serial)"
'
test_ok 'what it lacks' '
	edit grant maintenance "$acme" manufacturer,developer --scope "Acme/T*" &&
	text | grep -q "role = {manufacturer, developer}" && same 3 "$(serial)"
'
test_ok 'with its times, and to be given on' '
	edit grant maintenance "$plant" owner --from 2026-01-01 --until 2028-12-31 --regrant &&
	"$ICS" -D "$icsd_dir" domain show maintenance -o "$tmp/it.asc" &&
	"$ICS" policy why "$tmp/it.asc" "$plant may grant owner at 2027-01-01" | grep -qx yes &&
	"$ICS" policy why "$tmp/it.asc" "$plant may grant owner at 2029-01-01" | grep -qx no
'
test_ok 'words, several at once' '
	edit set maintenance freshness=48h read.public=yes read.peers+=infield &&
	"$ICS" -D "$icsd_dir" domain show maintenance | grep -qx "readers    everybody" &&
	text | grep -q "freshness = 48h  *# how old" && same 5 "$(serial)"
'
test_ok 'and they say so already' '
	edit set maintenance read.peers+=infield freshness=48h && same 5 "$(serial)" &&
	same 2 "$(grep -c "it says so already" "$tmp/err")"
'
test_ok 'a role taken, then all' '
	edit revoke maintenance "$acme" developer && text | grep -q "role = {manufacturer}$" &&
	edit revoke maintenance "$acme" && ! text | grep -qi "04$acme" && same 7 "$(serial)" &&
	edit revoke maintenance "$acme" && grep -q "nothing is granted" "$tmp/err" && same 7 "$(serial)"
'
test_ok 'over HTTP' '
	"$ICS" -s "$icsd_http" policy grant maintenance "$acme" developer -q &&
	same 8 "$(serial)"
'
test_ok 'into a file instead' '
	edit grant maintenance "$acme" manufacturer -o "$tmp/nine.asc" && same 8 "$(serial)" &&
	gpg --verify "$tmp/nine.asc" && "$ICS" -q -D "$icsd_dir" policy put "$tmp/nine.asc" &&
	same 9 "$(serial)"
'
test_ok 'by nobody but the owner' '
	edit grant maintenance "$acme" owner --as "$acme"; same 5 $? &&
	grep -qi "and not 04$acme, who would sign" "$tmp/err" && same 9 "$(serial)"
'
test_ok 'what is wrong is told, and nothing is put' '
	edit grant maintenance 1234 owner; same 2 $? && grep -q "neither a fingerprint" "$tmp/err" &&
	edit grant maintenance "$acme" king; same 2 $? && grep -q "king: no such role" "$tmp/err" &&
	edit grant maintenance "$acme" owner --from 2028-01-01 --until 2027-01-01; same 2 $? &&
	edit set maintenance level=shut; same 2 $? && grep -q "closed, standard or open" "$tmp/err" &&
	edit set maintenance serial=99; same 2 $? && edit set maintenance colour=red; same 2 $? &&
	edit grant nowhere "$acme" owner; same 1 $? &&
	edit set maintenance level=open --scope x; same 2 $? && same 9 "$(serial)"
'
test_ok 'handed over; the new owner has to read first what he did not sign' '
	edit set maintenance "owner=$plant" && same 10 "$(serial)" &&
	edit grant maintenance "$acme" owner; same 5 $? &&
	grep -q "did not sign the version in force" "$tmp/err" &&
	"$ICS" -D "$icsd_dir" domain show maintenance -o "$tmp/ten.asc" &&
	"$ICS" -q policy sign --bump "$tmp/ten.asc" -o "$tmp/eleven.asc" &&
	"$ICS" -q -D "$icsd_dir" policy put "$tmp/eleven.asc" &&
	edit grant maintenance "$acme" owner && same 12 "$(serial)"
'
test_ok 'from then on he signs' '
	edit set maintenance grace=1d -o "$tmp/mine.asc" && same 12 "$(serial)" &&
	gpg --verify "$tmp/mine.asc" 2>&1 | grep -q "Good signature from \"Plant"
'
test_ok 'into the file, while no server runs' '
	icsd_stop && edit set maintenance grace=30d && same 13 "$(serial)" &&
	grep -qx "maintenance: serial 13 is in force" "$tmp/out"
'
test_done
