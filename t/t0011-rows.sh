#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# t/rows: every test that it names is there and runs with the others, and every
# row has its words.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"

# What the fragments of a tree build and run, as t/rows names it: t0010 sees to
# it that nothing is left out of them.
run() {
	cat "$1"/t/local-*.am | tr ' \t\\' '\n\n\n' | sed -n \
		-e 's/^%D%.\(check_[a-z0-9_]*\)$/\1.c/p' \
		-e 's/^%D%.\(t[0-9]*-[a-z0-9-]*[.]sh\)$/\1/p'
}

# Names of t/rows that nobody runs.
unknown() {
	run "$1" | sort -u >"$tmp/run"
	sed -n 's/^[SBC][0-9]*	\([^	]*\)	.*/\1/p' "$1/t/rows" |
		grep -vx 'contrib/bench' | sort -u >"$tmp/named"
	grep -vxFf "$tmp/run" "$tmp/named"
	:
}

# Lines that have not three columns.
shapeless() {
	grep -v '^#' "$1/t/rows" |
		grep -vE '^[SBC][0-9]+	[^	]+	+[^	]+$'
	:
}

test_ok 'every test that is named runs' 'same "" "$(unknown "$srcdir")"'
test_ok 'and there are many' 'test "$(wc -l <"$tmp/named")" -ge 40'
test_ok 'every row has its words' 'same "" "$(shapeless "$srcdir")"'

mkdir -p "$tmp/bad/t"
printf 'TESTS += %%D%%/check_one\nX = %%D%%/t9999-two.sh\n' >"$tmp/bad/t/local-x.am"
printf 'S1\tcheck_one.c\tone\nS2\tt9999-two.sh\ttwo\nB3\tt9998-no.sh\tno\nC4\tno\n' \
	>"$tmp/bad/t/rows"
test_ok 'a name that nobody runs is caught' \
	'same t9998-no.sh "$(unknown "$tmp/bad")"'
test_ok 'so is a row without words' \
	'same "C4	no" "$(shapeless "$tmp/bad")"'
test_done
