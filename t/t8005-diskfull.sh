#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A full disk is an answer, 507 or 503: what was answered 200 stays, look-ups
# go on, and with room again so do adds, without a new start.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
adder=$builddir/t/adder
test -x "$builddir/t/gen" || skip_all 'built without libsodium: no certificates'
mkdir "$tmp/full"
mount -t tmpfs -o size=3m none "$tmp/full" 2>"$tmp/mount.err" ||
	skip_all 'a tmpfs cannot be mounted here'
at_exit 'umount "$tmp/full"'
at_exit icsd_end_all # before the folder goes

# statuses FILE: how many of each
statuses() {
	cut -d ' ' -f 1 "$1" | sort | uniq -c
}

# fill FIRST COUNT: adds; new ones that were answered 200 are noted
fill() {
	"$adder" add "$icsd_port" "$tmp/ring" "$1" "$2" 8 >"$tmp/answers" ||
		return
	statuses "$tmp/answers"
	sed -n 's/^200 //p' "$tmp/answers" >>"$tmp/acknowledged"
}

all_there() {
	same '' "$("$adder" find "$icsd_port" 8 <"$tmp/acknowledged")"
}

test_ok 'certificates and a server on 3 MiB' '
	"$builddir/t/gen" --seed 5005 --count 9000 --out "$tmp/ring" &&
	icsd_start full
'
test_ok 'it takes some, then answers 507 or 503, and nothing else' '
	fill 0 6000 && grep -q "^200 " "$tmp/answers" &&
	grep -Eq "^(507|503) " "$tmp/answers" &&
	! grep -Evq "^(200|507|503) " "$tmp/answers"
'
test_ok 'what was answered 200 is there' 'all_there'
test_ok 'what was not is not' '
	sed -n "s/^50[73] //p" "$tmp/answers" >"$tmp/refused" &&
	wc -l <"$tmp/refused" &&
	! "$adder" find "$icsd_port" 8 <"$tmp/refused" >"$tmp/absent" &&
	cmp "$tmp/refused" "$tmp/absent"
'
# told EVENT: how many lines the log has of it
told() {
	grep -c " $1 " "$icsd_err"
}

# room_seen: one add more, until the log tells that there is room
room_at=7500
room_seen() {
	room_at=$((room_at + 1))
	fill "$room_at" 1
	grep -q " disk-room " "$icsd_err"
}

test_ok 'the log says that the disk is full' '
	grep -Eq "disk is full|no space left" "$icsd_err"
'
test_ok 'it is full still, and lives' '
	fill 6000 50 && grep -Eq "^(507|503) " "$tmp/answers" &&
	kill -0 "$icsd_pid" && all_there
'
test_ok 'with room again it takes more at once' '
	mount -o remount,size=64m "$tmp/full" && fill 7000 500 &&
	same 500 "$(grep -c "^200 " "$tmp/answers")" && all_there
'
test_ok 'that it was full is told in one line, that there is room in one more' '
	wait_until 20 room_seen && cat "$icsd_err" &&
	same 1 "$(told disk-full)" && same 1 "$(told disk-room)" &&
	grep -Eq " disk-room refused=[1-9][0-9]*$" "$icsd_err" &&
	same 0 "$(told group)" && same 0 "$(told write)" &&
	same 0 "$(told database)"
'
test_ok 'fsck is clean' '"$ICS" -D "$tmp/full" fsck'
test_ok 'a new start finds it all' '
	icsd_stop && icsd_start full && all_there && icsd_stop &&
	"$ICS" -D "$tmp/full" fsck
'
test_ok 'a start on a disk that is full is refused or serves, never loses' '
	rm -rf "$tmp/full/"* && mount -o remount,size=3m "$tmp/full" &&
	dd if=/dev/zero of="$tmp/full/ballast" bs=4096 2>/dev/null
	icsd_start full 2>"$tmp/start" ||
		grep -Eq "disk is full|no space left" "$icsd_err"
'
test_done
