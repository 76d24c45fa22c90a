#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gossip.sh [COUNT [BUILD-FOLDER [SESSIONS]]]: what does a session with 100
# differences over COUNT certificates cost who answers it? sks and icsd hold
# the same ones; each connects to the same peer (t/recon_tool), which asks, and
# lacks 100 of them. Processor time of the whole process over SESSIONS sessions
# and the ratio. The peer has nothing that they lack, so nobody fetches.

count=${1:-100000}
builddir=$(cd "${2:-.}" && pwd)
sessions=${3:-20}
srcdir=$(cd "$(dirname "$0")/../.." && pwd)
AWK=${AWK:-awk}
SKS_INTERVAL=0.02
. "$srcdir/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-peers.sh"
. "$srcdir/t/lib-sks.sh"
TOOL=$builddir/t/recon_tool
own=127.0.0.7

# spent PID: nanoseconds of all its threads
spent() {
	cat /proc/"$1"/task/*/schedstat | $AWK '{ n += $1 } END { print n }'
}

# sessions PID ADDR:PORT: that many are asked; prints ms a session, octets
sessions() {
	before= n=0
	# The first one warms up.
	while test "$n" -le "$sessions"; do
		"$TOOL" ask "$2" yminsky.dedup <"$tmp/ours" >"$tmp/got"
		grep -q '^end=done' "$tmp/got" || continue
		test "$(sed 1d "$tmp/got" | wc -l)" -eq 100 || exit 1
		test -n "$before" || before=$(spent "$1")
		n=$((n + 1))
	done
	$AWK -v a="$before" -v b="$(spent "$1")" -v n="$sessions" \
		'BEGIN { printf "%.3f\n", (b - a) / 1e6 / n }'
}

{
	peer_start a 127.0.0.2 &&
		gen_certs 0 "$count" >"$tmp/all.pgp" &&
		ics_at a load -q "$tmp/all.pgp" &&
		peer_hashes a >"$tmp/theirs" && sks_new s 127.0.0.3 &&
		sks_load s "$tmp/a.dump" || exit 1
	$AWK -v step=$((count / 100)) 'NR % step != 1' "$tmp/theirs" >"$tmp/ours"
	sks_ports_find
} >/dev/null
test "$(wc -l <"$tmp/theirs")" -eq "$count" || exit 1

sks_peer s "$own:$sks_port"
sks_start s || exit 1
theirs=$(sessions "$(cat "$tmp/s/recon.pid")" "$own:$sks_port")
sks_stop s
ics_at a peer add tool kind=sks "recon=$own:$sks_port" \
	"http=$own:1" filters=yminsky.dedup every=1s >/dev/null
ours=$(sessions "$(cat "$tmp/a.pid")" "$own:$sks_port")
echo "$count certificates, 100 differences, $sessions sessions each"
echo "sks recon  $theirs ms of processor time a session"
echo "icsd       $ours ms"
$AWK -v a="$ours" -v b="$theirs" 'BEGIN { printf "ratio      %.3f\n", a / b }'
