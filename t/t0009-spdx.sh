#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every file says its licence in its first lines; fixtures, whose bytes are
# what they are, have a README that says it for them.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-house.sh"

unlicensed() (
	cd "$1" || exit
	{
		sources . '*'
		ls README configure.ac Makefile.am .clang-format .editorconfig \
			.gitignore .ci/run 2>/dev/null
	} | grep -v '\.o$\|~$\|\.swp$' | xargs -r "$AWK" 'BEGIN {
		like = "SPDX-License-Identifier: LGPL-2.1-or-later"
		for (i = 1; i < ARGC; i++) {
			said = 0
			for (n = 0; n < 5 && (getline line <ARGV[i]) > 0; n++)
				said = said || index(line, like)
			close(ARGV[i])
			if (!said)
				print ARGV[i]
		}
	}'
)

test_ok 'every file has its SPDX line' 'clean unlicensed "$srcdir"'
test_ok 'COPYING is that licence' \
	'grep -q "Version 2.1, February 1999" "$srcdir/COPYING"'

bad=$tmp/bad
echo 'int x;' | plant "$bad" src/pgp/bad.c
test_ok 'a file without is caught' 'catches pgp/bad.c unlicensed "$bad"'
: | plant "$bad" src/pgp/empty.c
test_ok 'so is one that says it too late, or has no line' '
	{ printf "\n\n\n\n\n"; cat "$srcdir/t/lib.sh"; } | plant "$bad" t/late.sh &&
	catches pgp/empty.c unlicensed "$bad" && catches t/late.sh unlicensed "$bad"
'
test_done
