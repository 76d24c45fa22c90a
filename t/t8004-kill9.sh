#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# KILL in the middle of 200 concurrent adds, 20 times over the same store, or 8
# with sanitizers: every add that was answered 200 is there afterwards, and
# fsck is clean. KILL_ROUNDS and SEED may be set.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
adder=$builddir/t/adder
test -x "$builddir/t/gen" || skip_all 'built without libsodium: no certificates'

rounds=${KILL_ROUNDS:-$(sized 20 8)}
seed=${SEED:-$(date +%s)}
each=400 # twice as many as go at a time, so that some always wait
echo "# SEED=$seed"

# One number of 1..200 for each round: after so many answers it dies.
$AWK -v seed="$seed" -v n="$rounds" 'BEGIN { srand(seed)
	while (n-- > 0) print 1 + int(rand() * 200) }' >"$tmp/moments"
: >"$tmp/acknowledged"
: >"$tmp/cut"

# round NUMBER AFTER: adds until it dies, a new start, a look at everything
round() {
	icsd_start store || return
	icsd_forget "$icsd_pid"
	"$adder" add "$icsd_port" "$tmp/ring" $((($1 - 1) * each)) $each 200 \
		"$icsd_pid" "$2" >"$tmp/answers" || return
	wait "$icsd_pid"
	same 137 "$?" || return # 128 + KILL
	round_good=$(grep -c '^200 ' "$tmp/answers")
	echo "killed after $2 answers, $round_good arrived"
	test "$round_good" -ge "$2" || return
	test "$round_good" -eq $each || echo "$round_good" >>"$tmp/cut"
	sed -n 's/^200 //p' "$tmp/answers" >>"$tmp/acknowledged"
	icsd_start store &&
		same '' "$("$adder" find "$icsd_port" 16 <"$tmp/acknowledged")" &&
		"$ICS" -D "$tmp/store" fsck && icsd_stop
}

test_ok 'certificates' '
	"$builddir/t/gen" --seed 4004 --count $((rounds * each)) \
		--out "$tmp/ring"
'
number=0
while read -r moment; do
	number=$((number + 1))
	test_ok "round $number, after $moment answers" 'round "$number" "$moment"'
done <"$tmp/moments"
test_ok 'the kill did come in the middle' '
	cat "$tmp/cut" && test "$(wc -l <"$tmp/cut")" -ge $((rounds * 3 / 4))
'
test_ok 'fsck is clean while it is down, too' '"$ICS" -D "$tmp/store" fsck'
test_done
