#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two of our own servers, peers by their TLS keys. First only one can reach the
# other, as behind NAT: it takes and gives. Then both: news at once, a lost
# cursor, a store of yesterday on either side, kill -9.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-own.sh"

seed=${SEED:-$(date +%N | sed 's/^0*//')}
echo "# SEED=$seed"
mkdir "$tmp/in"
"$builddir/t/statements" "$seed" 800 1 "$tmp/in" || exit 99
root=$(cat "$tmp/in/root")
count=$(own_batches | wc -l)
half=$((count / 2))

test_ok 'two servers with keys' '
	own_new a b &&
	own_rows a "b kind=ics key=$b_pin" && own_start a --root "$root" &&
	own_rows b "$(own_row_of a every=2s)" && own_start b --root "$root"
'
test_ok 'each logs its key as the other pins it' '
	grep -q "tls-pin key=$a_pin" "$tmp/a.err" &&
	grep -q "tls-pin key=$b_pin" "$tmp/b.err"
'

# ---- one way -----------------------------------------------------------------

test_ok 'they hold different halves' '
	own_feeds a 1 "$((half + 5))" && own_feeds b "$half" "$count"
'
test_ok 'one asks, and both end alike' 'own_settle b a'
test_ok 'a round more finds no difference' '
	own_round b a && same 0 "$(own_row b a .differing)" &&
	same "" "$(own_row b a .error)" && same 0 "$(own_row b a .lag)" &&
	test "$(own_row b a .fetched)" -gt 0 &&
	test "$(own_row b a .pushed)" -gt 0
'
test_ok 'who cannot be reached is waited for' '
	same null "$(own_row a b .next)" && same "" "$(own_row a b .error)"
'
test_ok 'nothing went wrong on the way' '
	! grep -E " (error|warn) " "$tmp/a.err" "$tmp/b.err" |
		grep -v " warn root "
'

# ---- both ways, and news -------------------------------------------------------

mkdir "$tmp/more"
"$builddir/t/statements" "$seed" 1600 2 "$tmp/more" || exit 99
at=0

# news FROM TO: a batch arrives at one, and soon at the other; $tmp/news tells
# after how many milliseconds
news() {
	at=$((at + 1))
	own_feed "$1" "$(ls "$tmp"/more/batch-*.pgp | sed -n "${at}p")" &&
		news_size=$(own_size "$1") && news_begun=$(date +%s%N) &&
		wait_until 20 "test \"\$(own_size $2)\" -ge $news_size" &&
		echo $((($(date +%s%N) - news_begun) / 1000000)) >>"$tmp/news"
}

test_ok 'rows for each other, taken by a reload' '
	own_pair a b every=2s && own_round a b && own_round b a
'
for n in 1 2 3 4; do
	test_ok "news arrive, there ($n)" 'news a b'
	test_ok "and back ($n)" 'news b a'
done
# On a busy machine one or another is late; who only waits for the next round,
# each 2 seconds, is late half of the time.
test_ok 'most of them within a second' '
	cat "$tmp/news" && test "$($AWK "\$1 <= 1000" "$tmp/news" | wc -l)" -ge 6
'
test_ok 'then both are alike' 'own_settle a b'

# ---- memory lost -----------------------------------------------------------------

test_ok 'a cursor is lost' '
	own_stop b && test -s "$tmp/b/peers.json" && rm "$tmp/b/peers.json" &&
	at=$((at + 1)) &&
	own_feed a "$(ls "$tmp"/more/batch-*.pgp | sed -n "${at}p")" &&
	own_start b --root "$root" && own_settle b a
'
test_ok 'a cursor that is no cursor' '
	own_stop b && echo "{\"peers\": 7" >"$tmp/b/peers.json" &&
	own_start b --root "$root" && own_settle b a
'
keep() {
	own_stop "$1" && rm -rf "$tmp/yesterday" &&
		cp -R "$tmp/$1" "$tmp/yesterday" && own_start "$1" --root "$root"
}
restore() {
	own_kill "$1" && rm -r "${tmp:?}/$1" && mv "$tmp/yesterday" "$tmp/$1" &&
		own_start "$1" --root "$root"
}
test_ok 'one is restored from yesterday' '
	keep a && own_settle b a && news a b && news b a && news a b &&
	restore a && own_settle b a
'
test_ok 'which the other notices' 'grep -q " warn peer-log peer=a " "$tmp/b.err"'
test_ok 'and then hears of news' 'own_settle a b && news a b && news b a'
test_ok 'the other is restored' '
	keep b && own_settle a b && news a b && news b a && news a b &&
	restore b && own_settle a b
'

# ---- kill -9 -----------------------------------------------------------------------

test_ok 'killed again and again, they end alike' '
	for n in 1 2 3 4 5 6; do
		news a b
		at=$((at + 1))
		own_feed b "$(ls "$tmp"/more/batch-*.pgp | sed -n "${at}p")" &&
			own_feed a "$(ls "$tmp"/more/batch-*.pgp |
				sed -n "$((at + 20))p")" || break
		if test $((n % 2)) = 0; then
			own_kill a && own_start a --root "$root" || break
		else
			own_kill b && own_start b --root "$root" || break
		fi
	done
	same 6 "$n" && own_settle a b
'
test_ok 'and sound' '
	own_ics a fsck && own_ics b fsck && own_stop a && own_stop b
'
test_done
