#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What comparing costs, in octets of bodies: nothing differs, at most 100; else
# at most 40 for each difference, all told. The rows of the peer count them.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-own.sh"

seed=${SEED:-$(date +%N | sed 's/^0*//')}
echo "# SEED=$seed"
mkdir "$tmp/in"
"$builddir/t/statements" "$seed" 1500 1 "$tmp/in" || exit 99
root=$(cat "$tmp/in/root")
count=$(own_batches | wc -l)

# spent: octets of bodies both ways, so far
spent() {
	own_row b a '.octets_in + .octets_out'
}

# measure: a round; $octets it took, $differing
measure() {
	octets=$(spent) && own_round b a &&
		octets=$(($(spent) - octets)) &&
		differing=$(own_row b a .differing)
}

# No page of its log is asked for between rounds that only compare.
test_ok 'one has all; the other only compares' '
	own_new a b && own_rows a "b kind=ics key=$b_pin" &&
	own_start a --root "$root" && own_feeds a 1 "$count" &&
	own_rows b "$(own_row_of a "every=0 pull=no push=no")" &&
	own_start b --root "$root"
'
sum=0 differences=0 rounds=0
step() {
	own_feeds b "$1" "$1" && measure || return
	test "$differing" -ge 8 || return 0
	echo "# $differing differ: $octets octets, $((octets / differing)) each"
	sum=$((sum + octets))
	differences=$((differences + differing))
	rounds=$((rounds + 1))
}
steps() {
	steps_at=1
	while test $steps_at -le "$count"; do
		step $steps_at >>"$tmp/steps" || return
		steps_at=$((steps_at + 1))
	done
}
test_ok 'compared while the other catches up' steps
grep '^#' "$tmp/steps" | $AWK 'NR % 8 == 1'
echo "# together $sum octets for $differences differences in $rounds rounds"
test_ok 'at most 40 octets a difference' '
	test "$rounds" -ge 20 && test "$sum" -le $((40 * differences))
'
test_ok 'nothing differs: at most 100 octets' '
	measure && same 0 "$differing" && echo "$octets" && test "$octets" -le 100
'
test_ok 'and exactly a print' 'same 40 "$octets"'

# ---- what is fetched, beside -----------------------------------------------------

test_ok 'a third one takes everything it lacks' '
	own_new c && own_rows a "c kind=ics key=$c_pin" && own_reload a &&
	own_rows c "$(own_row_of a every=0)" && own_start c --root "$root" &&
	own_feeds c 1 $((count - 12)) && own_round c a && own_alike c a
'
echo "# a round of $(own_row c a .differing) differences: $(own_row c a \
	.octets_in) octets in, $(own_row c a .octets_out) out," \
	"$(own_row c a .fetched) fetched"
test_ok 'where something stays different, it is not asked for each time' '
	own_rows a "b kind=ics key=$b_pin" && own_reload a &&
	own_stop b && own_rows b "$(own_row_of a "every=0 pull=no push=no")" &&
	rm -r "$tmp/b" && own_start b --root "$root" &&
	own_feeds b 1 3 && measure && test "$differing" -gt 8 &&
	before=$differing && measure && same "$before" "$differing" &&
	same 40 "$octets" && own_stop a && own_stop b && own_stop c
'
test_done
