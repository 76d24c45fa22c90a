#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What is not for everybody is neither gossiped nor pushed, until its domain is
# opened; and where nothing is for everybody, nothing is.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-peers.sh"

gpg_home 2>/dev/null
gpg_key 'Owner <owner@plant.example>' 2>/dev/null && owner=$gpg_fpr
gpg_key 'Pump <pump@plant.example>' 2>/dev/null && pump=$gpg_fpr
gpg --export >"$tmp/both.pgp"

descriptor() { # SERIAL READ
	printf 'domain "plant" {
		serial = %s
		owner = "04%s"
		member { items = {"04%s"} }
		read { %s }
	}\n' "$1" "$owner" "$pump" "$2" >"$tmp/d$1"
	gpg -u "$owner" --clearsign "$tmp/d$1" && ics_at a load -q "$tmp/d$1.asc"
}
is_status() { # NAME STATUS FPR
	same "$2" "$(curl -sS -o "$tmp/body" -w '%{http_code}' \
		"http://$(cat "$tmp/$1.addr"):$(cat "$tmp/$1.port")/pks/lookup?op=get&search=0x$3")"
}
has() { # NAME N: certificates
	same "$2" "$(peer_hashes "$1" | wc -l)"
}

test_ok 'one has a thing that is not for everybody' '
	peer_start a 127.0.0.21 && peer_start b 127.0.0.22 &&
	peer_start c 127.0.0.23 &&
	ics_at a load -q "$tmp/both.pgp" && descriptor 1 "public = no" &&
	wait_until 60 "is_status a 404 $pump" && is_status a 200 "$owner"
'
test_ok 'a round of the other, and one of its own, bring the rest' '
	ics_at a peer add b kind=sks $(peer_text b) every=0 &&
	ics_at b peer add a kind=sks $(peer_text a) every=0 &&
	ics_at b peer sync a && wait_until 60 "has b 1" &&
	ics_at a peer sync b && has b 1 && is_status b 404 "$pump" &&
	same 1 "$(peer_row a b hidden)"
'
test_ok 'rounds see no difference in it' '
	ics_at b peer sync a && same 0 "$(peer_row b a differing)" &&
	has b 1
'
test_ok 'nor is it pushed' '
	ics_at a peer add c kind=hkp http=$(cat "$tmp/c.addr"):$(cat "$tmp/c.port") \
		every=0 &&
	ics_at a peer sync c && has c 1 && is_status c 404 "$pump"
'
test_ok 'once it is for everybody it is gossiped' '
	descriptor 2 "public = yes" && wait_until 60 "is_status a 200 $pump" &&
	ics_at b peer sync a && wait_until 60 "has b 2"
'
test_ok 'public = no: nothing is gossiped, and that is told' '
	peer_stop a && echo "public = no" >>"$tmp/a.conf" &&
	peer_start a 127.0.0.21 && ics_at a load -q "$tmp/both.pgp" &&
	! ics_at a peer sync b && same rights "$(peer_row a b error)"
'
test_done
