#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# fsck sees each kind of derived row that somebody changed behind the store's
# back, online and offline, and --repair puts it right.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless sqlite3

ics() { "$ICS" -D "$icsd_dir" "$@"; }
sql() { sqlite3 "$icsd_dir/store.db" "$1"; }

test_ok 'a store' '
	gpg_home &&
	for who in ann ben cat; do
		gpg_key "$who <$who@example.org>" || break
	done &&
	gpg --export >"$tmp/all.gpg" &&
	icsd_start state && ics load "$tmp/all.gpg"
'
test_ok 'nothing differs, while it runs' 'ics fsck 2>"$tmp/err" &&
	grep -q "nothing differs" "$tmp/err"'
test_ok 'a repair wants the server down' '
	fails_with 3 ics fsck --repair 2>"$tmp/err" &&
	grep -q "a server runs" "$tmp/err"
'
test_ok 'a difference is found while it runs' '
	sql "UPDATE cert SET crc = (crc + 1) % 16777216 WHERE id = 1" &&
	fails_with 1 ics fsck >"$tmp/found" && test -s "$tmp/found" &&
	icsd_stop
'
test_ok 'nothing is left after a repair' '
	fails_with 1 ics fsck && ics fsck --repair && ics fsck
'

# Each spoils one kind of row.
while IFS='|' read -r what statement; do
	test_ok "$what: seen, named, put right" '
		cp "$icsd_dir/store.db" "$tmp/before.db" &&
		sql "$statement" &&
		fails_with 1 ics fsck >"$tmp/found" 2>"$tmp/err" &&
		test -s "$tmp/found" && grep -q differences "$tmp/err" &&
		ics fsck --repair && ics fsck &&
		ics get ann@example.org | gpg --show-keys &&
		ics search cat
	'
done <<'ROWS'
a digest|UPDATE cert SET digest = zeroblob(32) WHERE id = 2
an SKS hash|UPDATE cert SET skshash = zeroblob(16) WHERE id = 2
a summary|UPDATE cert SET summary = x'00' WHERE id = 3
a key that is missing|DELETE FROM fpr WHERE cert = 1
a key too many|INSERT INTO fpr VALUES (1, zeroblob(20), 1, 1)
an address that is missing|DELETE FROM uid WHERE cert = 2
an address too many|INSERT INTO uid VALUES (99, 2)
a total|UPDATE total SET certs = 17
ROWS

test_ok 'a log that was rewritten is seen, and cannot be put right' '
	sql "UPDATE log SET received = received + 1 WHERE position = 2" &&
	fails_with 1 ics fsck >"$tmp/found" && grep -qi log "$tmp/found"
'
test_done
