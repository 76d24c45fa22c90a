#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Twelve of our own servers in a random graph. Each is fed other certificates
# and records, while servers chosen at random are killed, also in the midst of
# a submission, and started again. In a bounded number of rounds all end with
# the very state of one that was fed everything, and sound.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-own.sh"

seed=${SEED:-$(date +%N | sed 's/^0*//')}
echo "# SEED=$seed"
mkdir "$tmp/in"
"$builddir/t/statements" "$seed" 500 1 "$tmp/in" || exit 99
root=$(cat "$tmp/in/root")
count=$(own_batches | wc -l)
names='s01 s02 s03 s04 s05 s06 s07 s08 s09 s10 s11 s12'

# The graph: a random tree, and six edges more; then as many random numbers
# as there are kills. Its diameter is how far news has to go.
$AWK -v seed="$seed" '
	function link(a, b) {
		if (a == b || near[a, b])
			return 0
		near[a, b] = near[b, a] = 1
		printf "edge s%02d s%02d\n", a, b
		return 1
	}
	BEGIN {
		srand(seed)
		for (i = 2; i <= 12; i++)
			link(i, 1 + int(rand() * (i - 1)))
		for (more = 0; more < 6;)
			more += link(1 + int(rand() * 12), 1 + int(rand() * 12))
		for (a = 1; a <= 12; a++)
			for (b = 1; b <= 12; b++)
				far[a, b] = a == b ? 0 : near[a, b] ? 1 : 99
		for (k = 1; k <= 12; k++)
			for (a = 1; a <= 12; a++)
				for (b = 1; b <= 12; b++)
					if (far[a, k] + far[k, b] < far[a, b])
						far[a, b] = far[a, k] + far[k, b]
		for (a = 1; a <= 12; a++)
			for (b = 1; b <= 12; b++)
				if (far[a, b] > most)
					most = far[a, b]
		print "diameter", most
		for (k = 1; k <= 4; k++) {
			a = 1 + int(rand() * 12)
			b = 1 + (a + int(rand() * 11)) % 12
			printf "kill s%02d s%02d\n", a, b
		}
	}' >"$tmp/graph"
diameter=$(sed -n 's/^diameter //p' "$tmp/graph")
sed 's/^/# /' "$tmp/graph" | paste -sd ' ' | tr -d '#'

# rows_of NAME: whom it knows
rows_of() {
	rows_name=$1
	rows_near=$($AWK -v me="$1" '
		$1 == "edge" && $2 == me { print $3 }
		$1 == "edge" && $3 == me { print $2 }' "$tmp/graph")
	set --
	for rows_each in $rows_near; do
		set -- "$@" "$(own_row_of "$rows_each" every=3s)"
	done
	own_rows "$rows_name" "$@"
}

# each COMMAND: for every server, its name as the last word
each() {
	for each_name in $names; do
		"$@" "$each_name" || return
	done
}

begin() {
	own_start "$1" --root "$root"
}

# in_midst NAME N: submit batch N, and kill the server meanwhile; whoever had
# no answer submits it again later
in_midst() {
	eval "midst_url=\$${1}_http"
	curl -s -o "$tmp/midst" --data-binary \
		"@$(own_batches | sed -n "$2p")" "$midst_url/ics/v1/submit" &
	midst_pid=$!
	own_kill "$1"
	wait "$midst_pid"
	return 0
}

# feed_all: batch N goes to server N mod 12; in every quarter two are killed
# and stay away for some batches
feed_all() {
	feed_n=1 away='' later=''
	while test "$feed_n" -le "$count"; do
		feed_to=$(printf 's%02d' $(((feed_n - 1) % 12 + 1)))
		case " $away " in
		*" $feed_to "*) later="$later $feed_to:$feed_n" ;;
		*) own_feeds "$feed_to" "$feed_n" "$feed_n" || return ;;
		esac
		if test $((feed_n % 5)) = 0; then
			each_away || return
			away=$(sed -n "s/^kill //p" "$tmp/graph" |
				sed -n "$((feed_n / 5))p")
			for feed_each in $away; do
				in_midst "$feed_each" "$feed_n"
				later="$later $feed_each:$feed_n"
			done
		fi
		feed_n=$((feed_n + 1))
	done
	each_away || return
	for feed_each in $later; do
		own_feeds "${feed_each%:*}" "${feed_each#*:}" "${feed_each#*:}" ||
			return
	done
}

# each_away: who was killed begins again
each_away() {
	for away_each in $away; do
		begin "$away_each" || return
	done
	away=
}

# all_alike: every dump is that of the one that was fed everything
all_alike() {
	for alike_each in $names; do
		own_dump "$alike_each" &&
			cmp "$tmp/$alike_each.dump" "$tmp/whole.dump" || return
	done
}

# a_round: all begin one with all they know, at the same time
a_round() {
	round_pids=
	for round_each in $names; do
		own_ics "$round_each" peer sync >"$tmp/$round_each.sync" 2>&1 &
		round_pids="$round_pids $!"
	done
	for round_each in $round_pids; do
		wait "$round_each"
	done
	rounds=$((rounds + 1))
}

sound() {
	own_ics "$1" fsck && own_stop "$1"
}

test_ok 'one is fed everything' '
	own_new whole $names && own_start whole --root "$root" &&
	own_feeds whole 1 "$count" && own_dump whole && own_stop whole
'
# Their ports are known now; a server that began without peers makes no
# connections.
test_ok 'twelve servers with their peers' '
	each begin && each rows_of && each own_stop && each begin
'
test_ok 'are fed while two at a time are killed' '
	feed_all && same 8 "$(sed -n "s/^kill //p" "$tmp/graph" | wc -w)"
'
# Rounds of different pairs overlap, and a round that finds its peer busy is
# of no use: so twice the way, and some.
rounds=0 bound=$((2 * diameter + 4))
until all_alike >"$tmp/alike" 2>&1 || test "$rounds" -ge "$bound"; do
	a_round
done
echo "# alike after $rounds rounds, $bound allowed"
test_ok 'all end with the very state of that one' '
	all_alike || { each own_size; own_size s01; false; }
'
test_ok 'without a wrong word' '
	! grep -hE "icsd: error |Sanitizer|runtime error" "$tmp"/s??.err
'
test_ok 'and sound' 'each sound'
test_done
