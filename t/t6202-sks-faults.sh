#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# SKS's own faults, which we live with: it closes without a word when it is
# busy or does not know us, serves one at a time, dies in the midst of a
# session, has other filters, and keeps certificates in another form than we
# do, so that a difference stays. Spec: recon.md 15

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-peers.sh"
. "$srcdir/t/lib-sks.sh"

keyring=/usr/share/keyrings/debian-maintainers.gpg
test -r "$keyring" || skip_all 'no keyring is installed'
SKS_INTERVAL=60 # it begins nothing itself; rounds are ours

gen_certs 0 60 >"$tmp/ours"
gen_certs 30 60 >"$tmp/theirs"

# adds PEER [FILTERS]: the row of an sks
adds() {
	read -r sks_addr sks_port <"$tmp/$1/where" &&
		ics_at a peer add "$1" kind=sks every=0 \
			recon="$sks_addr:$sks_port" \
			http="$sks_addr:$((sks_port + 1))" filters="${2:-yminsky.dedup}"
}

# settles PEER: soon a round is a success
settles() {
	wait_until 30 "ics_at a peer sync $1 >'$tmp/sync.out'" || {
		cat "$tmp/sync.out"
		false
	}
}

test_ok 'an icsd and an sks' '
	peer_start a 127.0.0.2 && ics_at a load -q "$tmp/ours" &&
	sks_new s 127.0.0.3 && sks_load s "$tmp/theirs" && sks_start s && adds s
'

# ---- busy ----------------------------------------------------------------------

test_ok 'who does not know us closes without a word: busy' '
	fails_with 1 ics_at a peer sync s && same busy "$(peer_row a s error)"
'
test_ok 'when it knows us, all is well' '
	sks_peer s "127.0.0.2:$(cat "$tmp/a.recon")" && settles s &&
	same 30 "$(peer_row a s fetched)" &&
	same 90 "$(peer_hashes a | wc -l)" && same "" "$(peer_row a s error)"
'
active() {
	test true = "$(peer_row a "$1" active)"
}
# Another from our address has its one thread, and says nothing.
hold() {
	read -r sks_addr sks_port <"$tmp/s/where"
	: >"$tmp/held"
	python3 -c '
import socket, sys
s = socket.create_connection((sys.argv[1], int(sys.argv[2])),
                             source_address=("127.0.0.2", 0))
s.recv(4)
print("held", flush=True)
sys.stdin.readline()' "$sks_addr" "$sks_port" <"$tmp/fifo" >"$tmp/held" &
	holder=$!
	exec 9>"$tmp/fifo"
	wait_until 20 'test -s "$tmp/held"'
}
let_go() {
	echo >&9
	exec 9>&-
	wait "$holder"
}
mkfifo "$tmp/fifo"
test_ok 'while it serves another a round waits, or is busy; then not' '
	hold && { ics_at a peer sync s >"$tmp/sync" 2>&1 & waits=$!; } &&
	{ wait_until 2 "active s"; let_go; wait "$waits"; settles s; }
'

# ---- it dies -------------------------------------------------------------------

recon_pid() {
	cat "$tmp/s/recon.pid"
}
test_ok 'killed in the midst of a session: told by name' '
	kill -STOP "$(recon_pid)" &&
	{ ics_at a peer sync s >"$tmp/sync" 2>&1 & waits=$!; } &&
	wait_until 10 "active s" &&
	kill -KILL "$(recon_pid)" && fails_with 1 wait "$waits" &&
	test -n "$(peer_row a s error)" && test -n "$(peer_row a s failure)"
'
echo "# error=$(peer_row a s error)"
test_ok 'dead: refused' '
	fails_with 1 ics_at a peer sync s && same refused "$(peer_row a s error)"
'
sks_db_stop() {
	sks_each=$(cat "$tmp/s/db.pid")
	kill -TERM "$sks_each" && wait "$sks_each"
	return 0
}
test_ok 'and back' '
	sks_db_stop && sks_start s && settles s && same "" "$(peer_row a s error)"
'

# ---- other filters ------------------------------------------------------------------

test_ok 'other filters are refused by that name' '
	ics_at a peer remove s && adds s yminsky.dedup,yminsky.merge &&
	fails_with 1 ics_at a peer sync s &&
	expr "$(peer_row a s error)" : "config-refused$\|mismatch$" &&
	peer_row a s words | grep -qi filters &&
	ics_at a peer list | grep -qi filters
'
test_ok 'told the same, they agree' '
	ics_at a peer remove s && adds s && settles s
'

# ---- another form of the same certificates --------------------------------------------

test_ok 'an sks with raw certificates' '
	mkdir "$tmp/split" &&
	"$builddir/t/keyring_split" "$tmp/split" 60 "$keyring" &&
	sks_new r 127.0.0.5 "127.0.0.2:$(cat "$tmp/a.recon")" &&
	sks_load r "$(ls "$tmp"/split/*.gpg | head -n 1)" && sks_start r && adds r
'
asked() {
	settles r && echo "$(peer_row a r fetched) $(peer_row a r differing)"
}
test_ok 'its certificates arrive, in our form' '
	asked && asked && test "$(peer_row a r fetched)" -ge 20
'
test_ok 'what stays different is not fetched in every round' '
	one=$(asked) && two=$(asked) && three=$(asked) &&
	same "${one% *}" "${two% *}" && same "$two" "$three"
'
echo "# fetched, differing: $three"
test_ok 'the store is sound, and no sanitizer spoke' '
	ics_at a fsck && peer_stop a && sks_stop s && sks_stop r &&
	! grep -E "Sanitizer|runtime error| error " "$tmp/a.err"
'
test_done
