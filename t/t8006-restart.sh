#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A server comes back as it was: the same certificates, byte by byte, the same
# denials, after a stop, after a kill, and while requests are running.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
skip_unless curl
adder=$builddir/t/adder
test -x "$builddir/t/gen" || skip_all 'built without libsodium: no certificates'

# all_octets: what the server gives for each certificate, in one digest
all_octets() {
	while read -r fpr; do
		echo "url = \"$icsd_http/pks/lookup?op=get&search=0x$fpr\""
	done <"$tmp/fprs" | curl -sf -K - | sha256sum
}

test_ok 'a server with 300 certificates' '
	"$builddir/t/gen" --seed 6006 --count 400 --out "$tmp/ring" &&
	icsd_start store &&
	"$adder" add "$icsd_port" "$tmp/ring" 0 300 16 >"$tmp/answers" &&
	same 300 "$(grep -c "^200 " "$tmp/answers")" &&
	sed -n "s/^200 //p" "$tmp/answers" >"$tmp/fprs" &&
	octets=$(all_octets) && test -n "$octets"
'
test_ok 'one is denied' '
	denied=$(sed -n 1p "$tmp/fprs") && sed -i 1d "$tmp/fprs" &&
	"$ICS" -D "$tmp/store" deny --reason lost "$denied" &&
	octets=$(all_octets) &&
	same 410 "$(http_code "/pks/lookup?op=get&search=0x$denied")"
'
for way in icsd_stop icsd_kill icsd_stop; do
	test_ok "after $way all is as it was" '
		$way && icsd_start store &&
		same "$octets" "$(all_octets)" &&
		same 410 "$(http_code "/pks/lookup?op=get&search=0x$denied")"
	'
done
test_ok 'a socket that a kill left behind is no obstacle' '
	icsd_kill && test -S "$tmp/store/icsd.sock" && icsd_start store &&
	"$ICS" -D "$tmp/store" stats
'
test_ok 'adds that run into a stop are kept or refused, never lost' '
	"$adder" add "$icsd_port" "$tmp/ring" 300 100 50 >"$tmp/answers" &
	running=$!
	wait_until 20 "grep -q ^200 \"$tmp/answers\" ||
		! kill -0 $running 2>/dev/null"
	icsd_stop && wait "$running" && cut -c 1-3 "$tmp/answers" | sort |
		uniq -c && icsd_start store &&
	sed -n "s/^200 //p" "$tmp/answers" >"$tmp/kept" &&
	same "" "$("$adder" find "$icsd_port" 8 <"$tmp/kept")" && icsd_stop
'
test_ok 'a stop leaves one file and a log that is whole' '
	! test -s "$tmp/store/store.db-wal" &&
	"$ICS" -D "$tmp/store" fsck &&
	same "stopped status=ICS_OK" "$(tail -n 1 "$icsd_err" |
		grep -o "stopped status=ICS_OK")"
'

# 20 times: everything is looked up over 16 connections during two reloads.
reloads_under_load() {
	for each in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		"$adder" find "$icsd_port" 16 <"$tmp/fprs" &
		running=$!
		kill -HUP "$icsd_pid" && kill -HUP "$icsd_pid" || return
		wait "$running" || {
			echo "missing in $each"
			return 1
		}
	done
}
test_ok 'reloads under load lose no answer' '
	icsd_start store && reloads_under_load && icsd_stop &&
	test "$(grep -c " reloaded " "$icsd_err")" -ge 20
'
test_done
