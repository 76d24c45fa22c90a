#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A peer with which sets cannot be compared is given what is new in our log:
# one of kind hkp always, others when they refuse our filters.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-peers.sh"

gen_certs 0 120 >"$tmp/all.pgp"
gen_certs 5 1 >"$tmp/bad.pgp"
gen_certs 200 1 >"$tmp/news.pgp"
gen_certs 300 1 >"$tmp/more.pgp"

test_ok 'an HKP peer is given all there is' '
	peer_start a 127.0.0.2 && peer_start b 127.0.0.3 &&
	fpr=$("$PGP_TOOL" fixpoint <"$tmp/bad.pgp" | cut -d" " -f1) &&
	ics_at b deny "$fpr" && ics_at a load -q "$tmp/all.pgp" &&
	ics_at a peer add b kind=hkp \
		url="http://127.0.0.3:$(cat "$tmp/b.port")" every=0 &&
	ics_at a peer sync b && same 119 "$(peer_hashes b | wc -l)" &&
	same "" "$(peer_row a b error)"
'
pushed=$(peer_row a b pushed)
test_ok 'then only news, and what was refused not again' '
	ics_at a peer sync b && same "$pushed" "$(peer_row a b pushed)" &&
	ics_at a load -q "$tmp/news.pgp" && ics_at a peer sync b &&
	same $((pushed + 1)) "$(peer_row a b pushed)" &&
	same 120 "$(peer_hashes b | wc -l)"
'
test_ok 'how far it came outlives a restart' '
	peer_stop a && peer_start a 127.0.0.2 && ics_at a peer sync b &&
	same 0 "$(peer_row a b pushed)"
'
test_ok 'where filters differ, news pass all the same, both ways' '
	ics_at a peer remove b && ics_at b deny --remove "$fpr" &&
	ics_at a peer add b kind=sks $(peer_text b) every=0 filters=other &&
	ics_at b peer add a kind=sks $(peer_text a) every=0 &&
	ics_at b load -q "$tmp/more.pgp" &&
	fails_with 1 ics_at a peer sync b && fails_with 1 ics_at b peer sync a &&
	are_equal a b && same 122 "$(peer_hashes a | wc -l)" &&
	peer_row a b words | grep -qi filters
'
test_ok 'push=no: nothing is given' '
	gen_certs 400 1 >"$tmp/kept.pgp" && ics_at a load -q "$tmp/kept.pgp" &&
	ics_at a peer remove b &&
	ics_at a peer add b kind=sks $(peer_text b) every=0 filters=other push=no &&
	fails_with 1 ics_at a peer sync b && same 122 "$(peer_hashes b | wc -l)"
'
test_ok 'a peer that is not there is told, and keeps its place' '
	ics_at a peer remove b &&
	ics_at a peer add b kind=hkp \
		url="http://127.0.0.3:$(cat "$tmp/b.port")" every=0 &&
	peer_stop b && fails_with 1 ics_at a peer sync b &&
	same "refused 0" "$(peer_row a b error) $(peer_row a b pushed)" &&
	peer_start b 127.0.0.3 && ics_at a peer sync b &&
	same 123 "$(peer_hashes b | wc -l)"
'
test_ok 'all stop cleanly' 'peer_stop a && peer_stop b'
test_ok 'and no sanitizer spoke' '
	! grep -E "Sanitizer|runtime error" "$tmp/a.err" "$tmp/b.err"
'
test_done
