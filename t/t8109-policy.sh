#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# ics policy: descriptors read as a server will read them.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"

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
printf 'domain "x" {\nserial = 1\nowner = me\ncolor = red\n}\n' >"$tmp/bad"
test_ok 'a bad one is a no' '
	"$ics" policy check "$tmp/bad" 2>"$tmp/err"
	same 1 $?
'
test_ok 'with each line' '
	grep -q "bad:3: owner: a fingerprint" "$tmp/err" &&
	grep -q "bad:4: color: no such word" "$tmp/err"
'
sed 's/^last/Last\n-- x/' "$data/dashes.asc" >"$tmp/torn"
test_ok 'a dash that is not escaped' 'says check "$tmp/torn" | grep -q "no good cleartext"'
test_ok 'what else' '"$ics" policy sing "$tmp/bad" 2>/dev/null; same 2 $?'
test_done
