#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Two servers gossip as SKS does: they end with the same certificates, in
# both roles, and each knows how the other is.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-peers.sh"

gen_certs 0 120 >"$tmp/low.pgp"
gen_certs 80 120 >"$tmp/high.pgp"
gen_certs 300 3 >"$tmp/news.pgp"
gen_certs 400 1 >"$tmp/more.pgp"

test_ok 'two servers with overlapping halves' '
	peer_start a 127.0.0.2 && peer_start b 127.0.0.3 &&
	ics_at a load -q "$tmp/low.pgp" && ics_at b load -q "$tmp/high.pgp"
'
test_ok 'who has no peers takes no session' '
	same "" "$(python3 -c "
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
print(s.recv(100).decode(), end=\"\")" 127.0.0.2 "$(cat "$tmp/a.recon")")"
'
test_ok 'they are told of each other' '
	ics_at a peer add b kind=sks $(peer_text b) every=0 &&
	ics_at b peer add a kind=sks $(peer_text a) every=0
'
test_ok 'a round makes them equal' '
	ics_at a peer sync b && wait_until 20 "are_equal a b" &&
	same 200 "$(peer_hashes a | wc -l)"
'
test_ok 'and is in both tables' '
	test "$(peer_row a b differing)" -ge 80 &&
	same 80 "$(peer_row a b fetched)" &&
	wait_until 20 "same 80 \"\$(peer_row b a fetched)\"" &&
	test "$(peer_row a b success)" != null &&
	test "$(peer_row b a visited)" != null &&
	same "" "$(peer_row a b error)"
'
octets_before=$(($(peer_row a b octets_in octets_out | tr " " +)))
test_ok 'a round of equals costs at most 400 octets' '
	ics_at a peer sync b &&
	octets=$(($(peer_row a b octets_in octets_out | tr " " +))) &&
	test $((octets - octets_before)) -le 400 &&
	same 0 "$(peer_row a b differing)"
'
test_ok 'the other way, too' '
	ics_at b load -q "$tmp/news.pgp" && ics_at b peer sync a &&
	wait_until 20 "are_equal a b" && same 203 "$(peer_hashes a | wc -l)"
'
both_at_once() {
	for round in 1 2 3 4 5 6; do
		ics_at a peer sync b &
		both_pid=$!
		ics_at b peer sync a && wait "$both_pid" || return
	done
}
test_ok 'two that begin at the same time settle on one session' '
	both_at_once &&
	same "0 0" "$(peer_row a b failures) $(peer_row b a failures)"
'
test_ok 'a schedule brings news by itself' '
	ics_at a peer remove b &&
	ics_at a peer add b kind=sks $(peer_text b) every=1s &&
	ics_at b load -q "$tmp/more.pgp" &&
	wait_until 20 "are_equal a b"
'
test_ok 'who is dead is told within a round' '
	peer_kill b && wait_until 10 "same refused \"\$(peer_row a b error)\"" &&
	test "$(peer_row a b failure)" != null
'
test_ok 'and back' '
	peer_start b 127.0.0.3 && wait_until 30 "same \"\" \"\$(peer_row a b error)\""
'
test_ok 'a stranger is closed without a word' '
	same "" "$(python3 -c "
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])),
    source_address=(\"127.0.0.9\", 0))
print(s.recv(100).decode(), end=\"\")" 127.0.0.2 "$(cat "$tmp/a.recon")")"
'
test_ok 'other filters are named, on both sides' '
	ics_at a peer remove b &&
	ics_at a peer add b kind=sks $(peer_text b) every=0 filters=other &&
	fails_with 1 ics_at a peer sync b &&
	expr "$(peer_row a b error)" : "config-refused$\|mismatch$" &&
	peer_row a b words | grep -qi filters &&
	wait_until 10 "same mismatch \"\$(peer_row b a error)\""
'
test_ok 'all stop cleanly' 'peer_stop a && peer_stop b'
test_ok 'and no sanitizer spoke' '! grep -E "Sanitizer|runtime error" "$tmp/a.err" "$tmp/b.err"'
test_done
