#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ics init makes a place that icsd takes as it is, explains every option
# there, and touches nothing that is there already.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"

options() { sed -n 's/^X(CONF_OPT_[A-Z_]*, "\([a-z-]*\)".*/\1/p' \
	"$srcdir/src/icsd/options.def"; }

test_ok 'a place, closed to others, and the next steps' '
	"$ICS" init "$tmp/new" >"$tmp/steps" &&
	same 700 "$(stat -c %a "$tmp/new")" &&
	grep -q "icsd -n -f $tmp/new/icsd.conf" "$tmp/steps" &&
	test -s "$tmp/new/store.db"
'
test_ok 'icsd takes its configuration' '
	"$ICSD" -n -f "$tmp/new/icsd.conf"
'
for option in $(options); do
	test_ok "it explains $option" \
		'grep -Eq "^(# )?$option = " "$tmp/new/icsd.conf"'
done
test_ok 'every line of it is right also without its mark' '
	mkdir "$tmp/every" &&
	sed "s/^# \([a-z-]* = \)/\1/; /tls-/d; /^user/d; /^group/d" \
		"$tmp/new/icsd.conf" | awk "!/^listen/ || !n++" \
		>"$tmp/every.conf" &&
	"$ICSD" -n -f "$tmp/every.conf"
'
test_ok 'a second init changes nothing' '
	echo "# mine" >>"$tmp/new/icsd.conf" &&
	cp "$tmp/new/icsd.conf" "$tmp/before" &&
	"$ICS" init -q "$tmp/new" >"$tmp/steps" && test ! -s "$tmp/steps" &&
	cmp "$tmp/before" "$tmp/new/icsd.conf"
'
test_ok 'a server starts on it' '
	icsd_start new -f "$tmp/new/icsd.conf" &&
	"$ICS" -D "$tmp/new" stats && icsd_stop
'
test_ok 'a relative place becomes an absolute one' '
	(cd "$tmp" && "$ICS" init here) &&
	grep -q "^state-dir = \"$tmp/here\"$" "$tmp/here/icsd.conf"
'
test_ok 'each profile; the first start makes its key, as the steps say' '
	for each in manufacturer developer maintenance infield certifier; do
		"$ICS" init --profile $each "$tmp/$each" >"$tmp/steps" &&
		grep -q "ics -D $tmp/$each policy grant $each FINGERPRINT" "$tmp/steps" &&
		grep -qx "profile = \"$each\"" "$tmp/$each/icsd.conf" &&
		"$ICSD" -n -f "$tmp/$each/icsd.conf" || return 1
	done &&
	icsd_start infield -f "$tmp/infield/icsd.conf" && test -s "$tmp/infield/own/secret.pgp" &&
	"$ICS" -D "$tmp/infield" domain list | grep -q "^infield  *1 " && icsd_stop
'
test_ok 'an unknown profile is told which there are' '
	fails_with 2 "$ICS" init --profile frobnicator "$tmp/x" 2>"$tmp/err" &&
	grep -q "maintenance  *every planned" "$tmp/err"
'
test_ok 'what it does not know is 2, what it may not is 3' '
	fails_with 2 "$ICS" init --profile frobnicator "$tmp/x" &&
	test ! -e "$tmp/x" &&
	fails_with 2 "$ICS" init "$tmp/a\"b" &&
	fails_with 3 "$ICS" init /proc/no/such
'
test_done
