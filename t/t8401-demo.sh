#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# contrib/demo: the network of five owners, from the factory to scrap. It ends
# at the first line that does not hold, so its last line says it all.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
skip_unless gpg gpgv gpgconf curl jq openssl xmllint

test_ok 'every line of the story holds' '
	timeout 300 sh "$srcdir/contrib/demo" -o "$tmp/out" >"$tmp/said" ||
		{ tail -n 25 "$tmp/said"; false; }
'
test_ok 'the transcript has it, and each of its chapters' '
	grep -q "^All of it held" "$tmp/out/transcript.txt" &&
	test "$(grep -c " ms  " "$tmp/out/transcript.txt")" -ge 100 &&
	same 21 "$(grep -c "^[A-Z].*[.:]$\|^The servers:" "$tmp/out/transcript.txt")"
'
test_ok 'what was stolen is known two hops away, at once' '
	took=$(sed -n "s/.*that took \([0-9]*\) ms.*/\1/p" "$tmp/out/transcript.txt") &&
	echo "# $took ms" && test -n "$took"
'
test_ok 'the picture is well-formed, and has twenty sensors' '
	xmllint --noout "$tmp/out/network.svg" &&
	same 20 "$(grep -c "<circle" "$tmp/out/network.svg")" &&
	same 1 "$(grep -c "<path d=\"M-20" "$tmp/out/network.svg")" &&
	grep -q destroyed "$tmp/out/network.svg"
'
test_ok 'nothing is left running, and nothing lying about' '
	mkdir "$tmp/t" && TMPDIR=$tmp/t sh "$srcdir/contrib/demo" --bad 2>"$tmp/usage"
	same 2 $? && grep -q usage "$tmp/usage" && same "" "$(ls "$tmp/t")" &&
	! pgrep -f "$tmp/.*/s/infield"
'
test_done
