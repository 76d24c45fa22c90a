#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a gossip session costs, in octets of both ways as the peer's row counts
# them: never above the model of recon.md 17 for an asker that sends whole
# lists only of 50 and less, plus 5 %; equals at most 400 with the
# configuration. Nothing is fetched, so that the difference stays.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-peers.sh"

config=252 # of a session, both ways

# octets: of both ways, so far
octets() {
	echo $(($(peer_row a b octets_in octets_out | tr " " +)))
}

# costs N D MODEL: D of N differ, half on either side
costs() {
	gen_certs $1 $(($2 / 2)) >"$tmp/new-a" &&
		gen_certs $(($1 + 5000)) $(($2 / 2)) >"$tmp/new-b" &&
		ics_at a load -q "$tmp/new-a" &&
		ics_at b load -q "$tmp/new-b" && before=$(octets) &&
		ics_at a peer sync b && spent=$(($(octets) - before)) &&
		same "$2" "$(peer_row a b differing)" &&
		echo "# N=$1 d=$2: $((spent - config)) octets, model $3" \
			>>"$tmp/table" &&
		test $((spent - config)) -le $(($3 * 105 / 100))
}

# begin N: two servers with the same N certificates
begin() {
	rm -rf "$tmp/a" "$tmp/b"
	gen_certs 0 "$1" >"$tmp/base" && peer_start a 127.0.0.2 &&
		peer_start b 127.0.0.3 && ics_at a load -q "$tmp/base" &&
		ics_at b load -q "$tmp/base" &&
		ics_at a peer add b kind=sks $(peer_text b) every=0 pull=no &&
		ics_at b peer add a kind=sks $(peer_text a) every=0 pull=no
}

ends() {
	peer_stop a && peer_stop b
}

test_ok 'a thousand on either side' 'begin 1000'
test_ok 'equals: at most 400 octets' '
	before=$(octets) && ics_at a peer sync b &&
	same 0 "$(peer_row a b differing)" && equal=$(($(octets) - before)) &&
	test "$equal" -le 400
'
echo "# equals: $equal octets"
test_ok '32 differ' 'costs 1000 32 3692; result=$?; ends && test $result = 0'
# The sheet's 2780 is one draw; over many the model says 3044.
test_ok 'ten thousand on either side, 32 differ' '
	begin 10000 && costs 10000 32 3044
'
test_ok '128 differ, those among them' 'costs 10000 128 15332'
cat "$tmp/table"
test_ok 'both stop' ends
test_done
