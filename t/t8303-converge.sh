#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two servers are given the same 5,000 statements in different orders, some
# twice, with kill -9 in between. They end with byte-equal dumps and say the
# same about every item at fifty times. With sanitizers there are 1,500.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless curl jq cmp

seed=${SEED:-$(date +%N | sed 's/^0*//')}
count=${STATEMENTS:-$(sized 5000 1500)}
echo "# SEED=$seed STATEMENTS=$count"

# feed NAME ORDER: all batches, killed and started again three times.
feed() {
	mkdir "$tmp/$1-in" &&
		"$builddir/t/statements" "$seed" "$count" "$2" "$tmp/$1-in" &&
		feed_root=$(cat "$tmp/$1-in/root") &&
		icsd_start "$1" --root "$feed_root" || return
	feed_n=0
	for feed_batch in "$tmp/$1-in"/batch-*.pgp; do
		feed_n=$((feed_n + 1))
		if test $((feed_n % (count / 84))) -eq 0; then
			icsd_kill && icsd_start "$1" --root "$feed_root" || return
		fi
		feed_code=$(http_code /ics/v1/submit \
			-H 'Content-Type: application/octet-stream' \
			--data-binary "@$feed_batch")
		case $feed_code in
		200 | 422) ;; # 422: all of it was here before
		*) cat "$tmp/body" && same 200 "$feed_code" || return ;;
		esac
	done
}

# questions NAME: one configuration for curl with every item at every time.
questions() {
	while read -r question_item; do
		while read -r question_time; do
			printf 'url = "%s/ics/v1/items/%s/status?at=%s"\n' \
				"$icsd_http" "$question_item" "$question_time"
		done <"$tmp/$1-in/times"
	done <"$tmp/$1-in/items"
}

# What depends on the statements alone, not on when they came here.
answers() {
	questions "$1" >"$tmp/urls" &&
		curl -sS -K "$tmp/urls" | jq -c '[.item, .at, .status, .final,
			.conflict, .owner, .manufacturer, .approved,
			.decided_by.digest, .other.digest]' >"$tmp/$1.answers" &&
		test "$(wc -l <"$tmp/$1.answers")" -eq "$(wc -l <"$tmp/urls")"
}

nothing_waits() {
	"$ICS" -D "$icsd_dir" stats --json | jq -e '.pending == 0'
}

finish() {
	wait_until 60 nothing_waits && answers "$1" &&
		"$ICS" -D "$icsd_dir" fsck &&
		"$ICS" -D "$icsd_dir" dump -o "$tmp/$1.dump" && icsd_stop
}

test_ok 'the first server takes all' 'feed one 1'
test_ok 'and answers' 'finish one'
test_ok 'the second takes them in another order' 'feed two 2'
test_ok 'and answers' 'finish two'
test_ok 'the dumps are equal' 'cmp "$tmp/one.dump" "$tmp/two.dump"'
test_ok 'they hold thousands of statements' '
	test "$(wc -c <"$tmp/one.dump")" -gt $((count * 100))
'
test_ok 'the answers are equal' 'cmp "$tmp/one.answers" "$tmp/two.answers"'
test_ok 'the answers tell of many states' '
	jq -r ".[2]" "$tmp/one.answers" | sort | uniq -c &&
	test "$(jq -r ".[2]" "$tmp/one.answers" | sort -u | wc -l)" -ge 6
'
test_done
