#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# No file is forgotten: every source, table, page, test and script of the tree
# is named in a fragment, or it would neither be built, run nor distributed.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-house.sh"

# Fragments name a file below %D%, their own folder.
listed() {
	sources "$1" '*.am' | while read -r fragment; do
		sed "s|%D%|${fragment%/*}|g" "$1/$fragment" |
			tr ' \t\\=' '\n\n\n\n' | grep /
	done
}

forgotten() (
	listed "$1" | sort -u >"$tmp/listed"
	sources "$1" '*.c' '*.h' '*.def' '*.sh' '*.sql' '*.awk' '*.html' \
		'*.[13578]' >"$tmp/there"
	grep -vxFf "$tmp/listed" "$tmp/there"
	:
)

test_ok 'every file is in a fragment' 'clean forgotten "$srcdir"'

bad=$tmp/bad
printf 'x_SOURCES = %%D%%/here.c \\\n\t%%D%%/here.h\n' |
	plant "$bad" src/pgp/local.am
for file in here.c here.h lost.c; do
	echo | plant "$bad" "src/pgp/$file"
done
test_ok 'a forgotten file is caught' \
	'same src/pgp/lost.c "$(forgotten "$bad")"'
test_done
