#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ics policy: descriptors to begin with, read as a server will read them, and
# signed by their owners and by nobody else.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"

ics=$builddir/ics
data=$srcdir/t/data/domain

says() {
	"$ics" policy "$@" 2>&1
}

test_ok 'a good one' '"$ics" -q policy check "$data/plant-7.policy"'
test_ok 'signed' 'says check "$data/plant-7.asc" | grep -q "domain plant-7, version 12"'
test_ok 'show reads back as the same' '
	"$ics" policy show "$data/plant-7.asc" >"$tmp/one" &&
	"$ics" policy show "$tmp/one" >"$tmp/two" &&
	test -s "$tmp/one" && cmp "$tmp/one" "$tmp/two"
'
printf 'domain x { serial = 1 owner = %s party "a\\"\377" { key = %s } }' \
	0411111111111111111111111111111111111111aa \
	0411111111111111111111111111111111111111aa >"$tmp/odd"
odd=$(printf '"title":"a\\"\357\277\275"')
test_ok 'show as JSON, word by word' '
	"$ics" policy show --json "$data/plant-7.asc" >"$tmp/json" &&
	tr -d " \n" <"$tmp/json" >"$tmp/flat" &&
	grep -q "^{\"title\":\"plant-7\",\"serial\":12,\"owner\":\"04" "$tmp/flat" &&
	grep -q "\"claims\":true,\"party\":\[{\"title\":\"acme\"" "$tmp/flat" &&
	grep -q "\"role\":\[\"integrator\"\],\"from\":\"2026-01-01T12:00:00Z\",\"regrant\":true" "$tmp/flat" &&
	grep -q "\"read\":{\"networks\":\[\"10.7.0.0/16\"," "$tmp/flat" &&
	"$ics" policy show --json "$tmp/odd" | tr -d " \n" >"$tmp/flat" &&
	grep -q "\"read\":null" "$tmp/flat" && grep -Fq "$odd" "$tmp/flat"
'
printf 'domain "x" {\nserial = 1\nowner = me\ncolor = red\n}\n' >"$tmp/bad"
test_ok 'a bad one is a no' '
	"$ics" policy check "$tmp/bad" 2>"$tmp/err"
	same 1 $?
'
test_ok 'with each line' '
	grep -q "bad:3: owner: a fingerprint" "$tmp/err" &&
	grep -q "bad:4: color: no such word" "$tmp/err"
'
test_ok 'as JSON' '
	"$ics" policy check --json "$tmp/bad" >"$tmp/out"; same 1 $? &&
	tr -d " \n" <"$tmp/out" >"$tmp/flat" &&
	grep -q "\"reads\":false,\"signed\":false,\"domain\":null" "$tmp/flat" &&
	grep -q "{\"line\":4,\"words\":\"color:nosuchword" "$tmp/flat" &&
	"$ics" policy check --json "$data/plant-7.asc" | tr -d " \n" |
		grep -q "\"reads\":true,\"signed\":true,\"domain\":\"plant-7\",\"version\":12,\"complaints\":\[\]"
'
sed 's/^last/Last\n-- x/' "$data/dashes.asc" >"$tmp/torn"
test_ok 'a dash that is not escaped' 'says check "$tmp/torn" | grep -q "no good cleartext"'

# ---- new ---------------------------------------------------------------------

key=0444444444444444444444444444444444444444dd
for profile in open manufacturer developer maintenance infield certifier; do
	test_ok "new $profile checks" '
		"$ics" policy new $profile --owner $key -o "$tmp/$profile" &&
		"$ics" policy check "$tmp/$profile" 2>&1 |
			grep -q "domain $profile, version 1, not signed"
	'
done
test_ok 'with a name and parties in their roles' '
	"$ics" policy new infield --name plant-7 --owner $key \
		--grant integrator=$key,owner=$key --grant maintainer=$key >"$tmp/new" &&
	"$ics" policy show "$tmp/new" | grep -c "^    grant \"$key\"" | grep -qx 3
'
test_ok 'the explained one says as much as its words' '
	"$ics" policy show "$tmp/new" >"$tmp/one" && ! grep -q "#" "$tmp/one" &&
	sed "s/ *#.*//" "$tmp/new" | grep . >"$tmp/two" &&
	grep . "$tmp/one" | cmp - "$tmp/two"
'
test_ok 'new refuses what is none' '
	says new infeld --owner $key >"$tmp/err"; same 2 $? &&
	grep -q "maintenance  *every planned" "$tmp/err" &&
	says new infield --owner 1234; same 2 $? &&
	says new infield; same 2 $? &&
	says new infield --owner $key --name "Plant 7"; same 2 $? &&
	says new infield --owner $key --grant king=$key; same 2 $? &&
	says new infield --owner $key --grant owner; same 2 $? &&
	says new infield --owner $key --bump; same 2 $?
'

# ---- sign --------------------------------------------------------------------

test_ok 'an owner with a signing subkey, and another one' '
	gpg_home && gpg_key "Other" && other=$gpg_fpr &&
	gpg_key "Plant <me@plant.example>" ed25519 cert && owner=$gpg_fpr &&
	gpg --quick-add-key "$owner" ed25519 sign never &&
	"$ics" policy new infield --name plant-7 --as me@plant.example -o "$tmp/plant" &&
	grep -qi "owner = \"04$owner\"" "$tmp/plant"
'
test_ok 'signed by the owner without saying who' '
	"$ics" -q policy sign "$tmp/plant" -o "$tmp/plant.asc" &&
	gpg --status-fd 1 --verify "$tmp/plant.asc" | grep -q "VALIDSIG .* $owner" &&
	says check "$tmp/plant.asc" | grep -q "version 1, with a signature" &&
	sed -n "/^# /,/^}/p" "$tmp/plant.asc" >"$tmp/inside" &&
	sed "s/ *\$//" "$tmp/plant" | cmp - "$tmp/inside"
'
test_ok 'not again as the same version' '
	cp "$tmp/plant.asc" "$tmp/before" &&
	says sign "$tmp/plant" -o "$tmp/plant.asc" >"$tmp/err"; same 5 $? &&
	grep -q "has version 1 already" "$tmp/err" && cmp "$tmp/before" "$tmp/plant.asc"
'
test_ok 'bumped, and bumped again from the same text' '
	"$ics" -q policy sign --bump "$tmp/plant" -o "$tmp/plant.asc" &&
	"$ics" -q policy sign --bump "$tmp/plant" -o "$tmp/plant.asc" &&
	says check "$tmp/plant.asc" | grep -q "version 3" &&
	"$ics" -q policy sign --bump "$tmp/plant.asc" | gpg --decrypt 2>/dev/null >"$tmp/four" &&
	sed "s/serial = 1 /serial = 4 /" "$tmp/plant" | sed "s/ *\$//" | cmp - "$tmp/four"
'
test_ok 'by nobody else' '
	says sign "$tmp/plant" --as "$other" >"$tmp/err"; same 5 $? &&
	grep -qi "owner of this domain is 04$owner, and not 04$other" "$tmp/err"
'
test_ok 'and nothing that does not check' '
	sed "s/level = closed/level = shut/" "$tmp/plant" >"$tmp/shut" &&
	says sign "$tmp/shut" -o "$tmp/none" >"$tmp/err"; same 1 $? &&
	grep -q "shut:6: level: closed" "$tmp/err" && ! test -e "$tmp/none"
'
test_ok 'dashes and blanks, as gpg reads them' '
	{ echo "// blanks  "; cat "$tmp/plant"; printf "/*\n- dash\n*/\n"; } >"$tmp/dashes" &&
	"$ics" -q policy sign "$tmp/dashes" -o "$tmp/dashes.asc" &&
	grep -q "^- - dash" "$tmp/dashes.asc" &&
	gpg --decrypt "$tmp/dashes.asc" 2>/dev/null | grep -q "^- dash" &&
	gpg --verify "$tmp/dashes.asc"
'

test_ok 'what else' '"$ics" policy sing "$tmp/bad" 2>/dev/null; same 2 $?'
test_done
