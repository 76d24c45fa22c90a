#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The walks in ARCHITECTURE name real functions: a row of a walk is "function
# file what it does", and that file defines that function. So is the rank map:
# each folder of src/layers is on it.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-house.sh"

rows() {
	$AWK '/^Walk /, /^$/ { if ($0 ~ /^  +[a-z0-9_]+ +[a-z\/0-9_.]+\.[ch]/)
		print $1, $2 }' "$1/src/ARCHITECTURE"
}

walks() {
	rows "$1" | while read -r function file; do
		grep -qs "^$function(" "$1/$file" ||
			echo "$file has no $function"
	done
}

ranks() {
	$AWK '$1 ~ /^[0-9]+$/ { print $2 }' "$1/src/layers" |
		while read -r folder; do
			! test -d "$1/$folder" ||
				grep -q "$folder/" "$1/src/ARCHITECTURE" ||
				echo "$folder is not on the map"
		done
}

test_ok 'walks are numbered, ten at least' '
	sed -n "s/^Walk \([0-9]*\): .*/\1/p" "$srcdir/src/ARCHITECTURE" >"$tmp/walks" &&
	seq "$(wc -l <"$tmp/walks")" | cmp - "$tmp/walks" &&
	test "$(wc -l <"$tmp/walks")" -ge 10
'
test_ok 'each has steps' 'test "$(rows "$srcdir" | wc -l)" -ge 20'
test_ok 'each step is a function of its file' 'clean walks "$srcdir"'
test_ok 'each folder is on the map' 'clean ranks "$srcdir"'

bad=$tmp/bad
printf 'Walk 1: x\n\n' | plant "$bad" src/ARCHITECTURE
printf 'Walk 1: x\n  here    src/x.c  y\n  gone  src/x.c   z\n' |
	plant "$bad" src/ARCHITECTURE
printf 'int\nhere(void)\n{\n}\n' | plant "$bad" src/x.c
printf '1 src/pgp pgp pgp.h\n' | plant "$bad" src/layers
mkdir "$bad/src/pgp"
test_ok 'a lost function is caught' \
	'catches "src/x.c has no gone" walks "$bad"'
test_ok 'a folder off the map is caught' \
	'catches "src/pgp is not on" ranks "$bad"'
test_ok 'nothing else is' 'same 1 "$(walks "$bad" | wc -l)"'
test_done
