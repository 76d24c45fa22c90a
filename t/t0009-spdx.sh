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
	} | grep -v '\.o$\|~$\|\.swp$' | while read -r file; do
		head -n 5 "$file" | grep -aq \
			'SPDX-License-Identifier: LGPL-2.1-or-later' ||
			echo "$file"
	done
)

test_ok 'every file has its SPDX line' 'clean unlicensed "$srcdir"'
test_ok 'COPYING is that licence' \
	'grep -q "Version 2.1, February 1999" "$srcdir/COPYING"'

bad=$tmp/bad
echo 'int x;' | plant "$bad" src/pgp/bad.c
test_ok 'a file without is caught' 'catches pgp/bad.c unlicensed "$bad"'
test_done
