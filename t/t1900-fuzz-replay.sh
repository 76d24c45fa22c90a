#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every fuzz target takes every file of its corpus. The same command line
# replays with libFuzzer and with our plain main.c, which ignores the option.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"

test -n "${FUZZERS:=$(cd "$builddir" && ls -d t/fuzz/fuzz_*[!o])}" ||
	skip_all 'no fuzz target is built'

for fuzzer in $FUZZERS; do
	name=${fuzzer##*/fuzz_}
	corpus=$srcdir/t/fuzz/corpus/$name
	test_ok "$name takes its corpus" '
		test -n "$(ls "$corpus")" &&
		"$builddir/$fuzzer" -runs=0 "$corpus"
	'
done
test_done
