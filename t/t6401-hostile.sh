#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Peers that lie, flood, stall and never end, all at once. A real server names
# each in its table, leaves it in peace for longer and longer, and meanwhile
# answers look-ups, syncs with others and stays small. Spec: recon.md 16

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-peers.sh"

hostile="python3 $srcdir/t/hostile.py"
RSS_MAX=262144 # kB
case $(nm "$ICSD" 2>/dev/null) in
*__asan_init*) RSS_MAX=$((RSS_MAX * 6)) ;;
esac

# NAME ERROR: what the row must say; none: it did nothing that we must mind.
# Those that take their time come last.
cat >"$tmp/slow" <<'E'
silent timeout
drip timeout
half-frame timeout
endless timeout
unread timeout
http-silent timeout
http-drip timeout
E
cat >"$tmp/quick" <<'E'
config-huge frame
config-4097 frame
config-33-rows shape
config-long-row shape
config-no-mbar mismatch
config-cut closed
config-other type
frame-2g frame
frame-4g frame
frame-limit frame
frame-empty shape
samples-5 shape
samples-7 shape
sample-p shape
count-2g shape
prefix-odd shape
prefix-130 shape
prefix-long shape
prefix-dirty shape
trailing shape
array-short shape
array-2g shape
type-db type
type-11 type
type-role type
type-config type
error peer-error
elements-odd none
lies none
sweet-then-sour type
claims none
mid-close closed
flood-elements flood
flood-flush flood
flood-poly flood
http-pour answer-size
http-huge answer-size
http-head http
http-longer closed
http-shorter hashquery
http-count hashquery
http-101 hashquery
http-length hashquery
http-500 hashquery
http-none http
http-noise none
http-other none
http-redirect hashquery
E

gen_certs 0 120 >"$tmp/ours.pgp"
gen_certs 100 60 >"$tmp/theirs.pgp"
gen_certs 900 1 >"$tmp/other.pgp"
names() { cut -d ' ' -f 1 "$@"; }

ended_by_pid() {
	kill "$1" 2>/dev/null && wait "$1" 2>/dev/null
}

test_ok 'a server, and another one that behaves' '
	printf "recon-pause = 0\nfilters = yminsky.dedup\nsession-seconds = 8\n" \
		>"$tmp/a.conf" &&
	peer_start b 127.0.0.3 && peer_start a 127.0.0.2 &&
	ics_at a load -q "$tmp/ours.pgp" && ics_at b load -q "$tmp/theirs.pgp" &&
	ics_at b peer add a kind=sks $(peer_text a) every=0 &&
	ics_at a peer add b kind=sks $(peer_text b) every=0
'
a_http=$icsd_http a_pid=$(cat "$tmp/a.pid")
to=127.0.0.2:$(cat "$tmp/a.recon")
$hostile serve 127.0.0.4 $(names "$tmp/slow" "$tmp/quick") "$tmp/other.pgp" \
	>"$tmp/served" 2>/dev/null &
served=$!
at_exit 'ended_by_pid $served'
"$builddir/t/pgp_tool" hashes <"$tmp/ours.pgp" | sort >"$tmp/hashes"
$hostile look "$a_http/pks/lookup?op=hget&search=$(head -n 1 "$tmp/hashes")" \
	>"$tmp/looked" 2>&1 &
looker=$!
at_exit 'ended_by_pid $looker'

# peer_hostile NAME [WORD...]: it is added
peer_hostile() {
	hostile_name=$1
	shift
	ics_at a peer add "$hostile_name" kind=sks \
		"recon=127.0.0.4:$(sed -n "s/^$hostile_name //p" "$tmp/served")" \
		"$@"
}

# "none" is no error
row_is() {
	same "${2#none}" "$(peer_row a "$1" error)"
}

test_ok 'they wait' '
	wait_until 60 "grep -q ^ready \"$tmp/served\"" &&
	wait_until 30 "grep -q ^looking \"$tmp/looked\""
'
while read -r name error; do
	test_ok "$name: $error" '
		peer_hostile "$name" every=0 &&
		{ ics_at a peer sync "$name" >"$tmp/sync"; :; } &&
		row=$(peer_row a "$name" octets_in rounds error) && echo "$row" &&
		same "1 ${error#none}" "${row#* }" &&
		test "${row%% *}" -le 67108864 &&
		ics_at a peer remove "$name"
	'
done <"$tmp/quick"

test_ok 'a redirect was not followed' '! grep -q ^followed "$tmp/served"'
test_ok 'what nobody asked for was judged as an upload' '
	ics_at a dump -o "$tmp/a.dump" &&
	same 121 "$("$PGP_TOOL" hashes <"$tmp/a.dump" | wc -l)"
'

# visited NAME: 127.0.0.5 begins a session and misbehaves in it
visited() {
	visits_before=$(peer_row a visitor octets_in)
	timeout 60 $hostile visit "$to" 127.0.0.5 "$1" >/dev/null &&
		wait_until 20 'test "$(peer_row a visitor octets_in)" -gt \
			"$visits_before"'
}
test_ok 'a peer that begins' '
	ics_at a peer add visitor kind=sks recon=127.0.0.5:1 every=0
'
while read -r name error; do
	test_ok "$name: $error" '
		visited "$name" && wait_until 20 "row_is visitor $error"
	'
done <<'E'
visit-fail type
visit-frame frame
visit-done type
visit-answer refused
visit-outside shape
E
test_ok 'a thousand from a peer: one session, one that waits, no octet for others' '
	test "$($hostile crowd "$to" 127.0.0.5 1000)" -le 2
'
test_ok 'a thousand strangers: not an octet' '
	same 0 "$($hostile crowd "$to" 127.0.0.9 1000)"
'
test_ok 'those that take their time are peers, too' '
	for name in $(names "$tmp/slow"); do
		peer_hostile "$name" every=0 || return
	done
'
# All wait for a turn; four at a time have one.
for name in $(names "$tmp/slow"); do
	ics_at a peer sync "$name" >/dev/null 2>&1 &
	echo "$! $name"
done >"$tmp/waiting"

test_ok 'others still sync, both ways' '
	ics_at a peer sync b && wait_until 20 "same 161 \"\$(peer_hashes a | wc -l)\""
'
test_ok 'who fails is asked less and less' '
	peer_hostile type-11 every=1s &&
	wait_until 60 "test \"\$(peer_row a type-11 failures)\" -ge 3" &&
	came=$(grep -c "^came type-11" "$tmp/served") &&
	wait_until 90 "test \"\$(peer_row a type-11 failures)\" -ge 4" &&
	test $(($(grep -c "^came type-11" "$tmp/served") - came)) -le 2
'
while read -r name error; do
	test_ok "$name: $error" '
		wait_until 240 "row_is $name $error"
	'
done <"$tmp/slow"
while read -r pid name; do
	wait "$pid" 2>/dev/null
done <"$tmp/waiting"

test_ok 'the list is for terminals' '
	ics_at a peer list >"$tmp/list" && ! grep -q "$(printf "\033")" "$tmp/list"
'
test_ok 'meanwhile look-ups were right, and quick' '
	kill "$looker" && { wait "$looker"; :; } && cat "$tmp/looked" &&
	grep -q " wrong=0 " "$tmp/looked" &&
	test "$(sed -n "s/.* p99=//p" "$tmp/looked")" -le 1000
'
test_ok 'and the server stayed small' '
	rss=$(sed -n "s/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p" "/proc/$a_pid/status") &&
	echo "VmHWM $rss kB" >"$tmp/rss" &&
	test "$rss" -le "$RSS_MAX"
'
echo "# $(cat "$tmp/rss") $(tail -n 1 "$tmp/looked")"
test_ok 'all stop cleanly' 'peer_stop a && peer_stop b'
test_ok 'no sanitizer spoke' '
	! grep -E "Sanitizer|runtime error" "$tmp/a.err" "$tmp/b.err"
'
test_done
