#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What a peer has and we do not take: it is fetched once, and afterwards a
# round fetches nothing and differs in nothing; a third server never hears of
# it, and a reload asks again.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-peers.sh"

gen_certs 0 30 >"$tmp/all.pgp"
gen_certs 3 1 >"$tmp/bad.pgp"
gen_certs 50 2 >"$tmp/news.pgp"

hashquery_octets() {
	curl -s --data-binary @"$tmp/query" \
		"http://$(cat "$tmp/$1.addr"):$(cat "$tmp/$1.port")/pks/hashquery" |
		wc -c
}
test_ok 'a refuses a certificate that b has' '
	peer_start a 127.0.0.2 && peer_start b 127.0.0.3 &&
	peer_start c 127.0.0.4 &&
	fpr=$("$PGP_TOOL" fixpoint <"$tmp/bad.pgp" | cut -d" " -f1) && ics_at a deny "$fpr" &&
	ics_at b load -q "$tmp/all.pgp"
'
test_ok 'a round brings the others, and it is a ghost' '
	ics_at a peer add b kind=sks $(peer_text b) every=0 &&
	ics_at b peer add a kind=sks $(peer_text a) every=0 &&
	ics_at a peer sync b && same 29 "$(peer_row a b fetched)" &&
	same "1 1" "$(peer_row a b ghosts) $(peer_row a b negative)" &&
	same 29 "$(peer_hashes a | wc -l)"
'
useless=$(peer_row a b useless)
test_ok 'then rounds differ in nothing and fetch nothing, in both roles' '
	ics_at a peer sync b && same 0 "$(peer_row a b differing)" &&
	ics_at b peer sync a && same 0 "$(peer_row b a differing)" &&
	same 0 "$(peer_row b a fetched)" &&
	same "29 $useless" "$(peer_row a b fetched) $(peer_row a b useless)" &&
	same "" "$(peer_row a b error)$(peer_row b a error)"
'
test_ok 'a ghost is no answer to a hash query' '
	hash=$("$PGP_TOOL" hashes <"$tmp/bad.pgp") &&
	python3 -c "
import sys
sys.stdout.buffer.write(bytes.fromhex(\"0000000100000010\" + sys.argv[1]))" \
		"$hash" >"$tmp/query" &&
	same 6 "$(hashquery_octets a)" && test "$(hashquery_octets b)" -gt 100
'
test_ok 'another peer is not shown it' '
	ics_at a peer add c kind=sks $(peer_text c) every=0 &&
	ics_at c peer add a kind=sks $(peer_text a) every=0 &&
	ics_at c peer sync a && same 29 "$(peer_row c a fetched)" &&
	same 0 "$(peer_row c a negative)" &&
	ics_at c peer sync a && same 0 "$(peer_row c a differing)"
'
test_ok 'news pass as ever' '
	ics_at b load -q "$tmp/news.pgp" && ics_at a peer sync b &&
	same "31 1" "$(peer_row a b fetched) $(peer_row a b ghosts)"
'
test_ok 'when we take it after all, a reload asks again' '
	ics_at a deny --remove "$fpr" && kill -HUP "$(cat "$tmp/a.pid")" &&
	wait_until 10 "ics_at a peer sync b && are_equal a b" &&
	same "32 0 0" "$(peer_row a b fetched) $(peer_row a b ghosts) $(peer_row a b negative)" &&
	ics_at a peer sync b && same 0 "$(peer_row a b differing)"
'
test_ok 'all stop cleanly' 'peer_stop a && peer_stop b && peer_stop c'
test_ok 'and no sanitizer spoke' '
	! grep -E "Sanitizer|runtime error" "$tmp/a.err" "$tmp/b.err" "$tmp/c.err"
'
test_done
