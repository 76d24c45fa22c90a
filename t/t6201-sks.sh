#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Debian's sks as a peer, on Debian's keyrings: overlapping halves become one
# set, by sessions that either side begins; news on either side arrive; a
# third server joins empty and catches up. sks has nothing to say against us.
# With sanitizers the largest keyring is left out.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-gpg.sh"
. "$srcdir/t/lib-peers.sh"
. "$srcdir/t/lib-sks.sh"

keyrings=
for name in $(sized debian-keyring "") debian-maintainers debian-nonupload; do
	keyring=/usr/share/keyrings/$name.gpg
	test ! -r "$keyring" || keyrings="$keyrings $keyring"
done
test -n "$keyrings" || skip_all 'no keyring is installed'

# sks_set NAME: its set, after a stop and a start
sks_set() {
	sks_stop "$1" && sks_hashes "$1" && sks_start "$1"
}

# is_whole NAME: it has all of them
is_whole() {
	peer_hashes "$1" | cmp -s - "$tmp/all.hashes"
}

# settled NAME PEER: a round finds no difference
settled() {
	ics_at "$1" peer sync "$2" && same 0 "$(peer_row "$1" "$2" differing)"
}

# octets NAME PEER: of all its sessions so far
octets() {
	echo $(($(peer_row "$1" "$2" octets_in octets_out | tr ' ' +)))
}

# is_cheap NAME PEER: a round without a difference takes 400 octets. It counts
# what sessions of sks take, too, so it is asked until none came in between.
is_cheap() {
	octets_before=$(octets "$1" "$2") && settled "$1" "$2" &&
		test $(($(octets "$1" "$2") - octets_before)) -le 400
}

test_ok 'the keyrings, as icsd keeps them, in overlapping halves' '
	peer_start all 127.0.0.9 && ics_at all load -q $keyrings; # some refused
	ics_at all dump -o "$tmp/all.pgp" && peer_stop all &&
	"$PGP_TOOL" hashes <"$tmp/all.pgp" | sort >"$tmp/all.hashes" &&
	mkdir "$tmp/split" &&
	"$builddir/t/keyring_split" "$tmp/split" \
		$(($(wc -l <"$tmp/all.hashes") / 3 + 1)) "$tmp/all.pgp" &&
	cat "$tmp/split/0001.gpg" "$tmp/split/0002.gpg" >"$tmp/low.pgp" &&
	cat "$tmp/split/0002.gpg" "$tmp/split/0003.gpg" >"$tmp/high.pgp"
'
total=$(wc -l <"$tmp/all.hashes")
test_ok 'there are many' 'test "$total" -ge "$(sized 800 200)"'

# ---- sks asks: we connect ----------------------------------------------------

test_ok 'sks has one half, icsd the other' '
	peer_start a 127.0.0.2 && ics_at a load -q "$tmp/high.pgp" &&
	sks_new s 127.0.0.3 && sks_load s "$tmp/low.pgp" && sks_start s &&
	sks_text="recon=127.0.0.3:$sks_port http=127.0.0.3:$((sks_port + 1))" &&
	sks_peer s "127.0.0.2:$(cat "$tmp/a.recon")" &&
	ics_at a peer add s kind=sks $sks_text filters=yminsky.dedup every=0
'
test_ok 'they become one set' '
	wait_until 120 "ics_at a peer sync s; is_whole a" &&
	wait_until 60 "settled a s"
'
test_ok 'and sks holds the very same' '
	sks_set s >"$tmp/s.hashes"; diff "$tmp/s.hashes" "$tmp/all.hashes"
'
test_ok 'a round then costs at most 400 octets' '
	wait_until 30 "is_cheap a s"
'

# ---- news -----------------------------------------------------------------------

gpg_home
test_ok 'news at icsd are at sks within two rounds' '
	gpg_key "News <news@example.org>" && gpg --export "$gpg_fpr" >"$tmp/n" &&
	ics_at a load -q "$tmp/n" &&
	{ settled a s; settled a s; true; } &&
	wait_until 20 "curl -sf \"$(sks_url s)/pks/lookup?op=get&search=0x$gpg_fpr\""
'
test_ok 'news at sks are at icsd within two rounds' '
	gpg_key "Other <other@example.org>" &&
	gpg --keyserver "$(sks_url s | sed s/http/hkp/)" --send-keys "$gpg_fpr" &&
	wait_until 60 "ics_at a peer sync s; ics_at a get $gpg_fpr"
'

# ---- sks answers: it connects, and a third joins ------------------------------------

test_ok 'a third icsd joins empty, and only sks connects' '
	peer_start b 127.0.0.4 && sks_peer s "127.0.0.4:$(cat "$tmp/b.recon")" &&
	ics_at b peer add s kind=sks $sks_text filters=yminsky.dedup every=0
'
test_ok 'it catches up' '
	wait_until 120 "are_equal a b" && ics_at b peer list
'
test_ok 'all say the same' '
	sks_set s >"$tmp/s.hashes"; peer_hashes b | diff "$tmp/s.hashes" -
'
# Whom a busy server lets wait too long it closes without a word, and counts.
reset='<recon as client> .*Connection reset by peer'
test_ok 'sks logged nothing against us, but that one of us was busy' '
	refused=$(($(peer_row a s refused) + $(peer_row b s refused))) &&
	sks_errors s >"$tmp/errors"; cat "$tmp/errors" &&
	! grep -v "$reset" "$tmp/errors" &&
	test "$(grep -c "$reset" "$tmp/errors")" -le "$refused"
'
test_ok 'the stores are sound' '
	ics_at a fsck && ics_at b fsck && peer_stop a && peer_stop b && sks_stop s
'
test_done
