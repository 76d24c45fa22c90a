#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every C file is a fixed point of .clang-format; "make format" makes it so.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-house.sh"
skip_unless "${CLANG_FORMAT:=clang-format}"

# The exit status of xargs is not the point; the names are.
format() (
	cd "$1" && sources . '*.c' '*.h' |
		xargs -r "$CLANG_FORMAT" --style=file --dry-run -Werror 2>&1 |
		grep ': error: '
	:
)

test_ok 'every C file is formatted' 'clean format "$srcdir"'

bad=$tmp/bad
plant "$bad" .clang-format <"$srcdir/.clang-format"
printf 'int f(void)\n{\n    return 1;\n}\n' | plant "$bad" src/pgp/bad.c
printf 'int\nf(void)\n{\n\treturn 1;\n}\n' | plant "$bad" src/pgp/good.c
test_ok 'a wrong file is caught' 'catches "bad.c:1:" format "$bad"'
test_ok 'a right one is not' '! catches "good.c" format "$bad"'
test_done
