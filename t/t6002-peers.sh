#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The operator's hand on peers: list, add, remove, sync; what stays across
# restarts and reloads; and where else the table is shown.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-peers.sh"
. "$srcdir/t/lib-schema.sh"

# Nobody listens there.
dead='recon=127.0.0.1:1 http=127.0.0.1:1'

test_ok 'a server with recon and no peers' '
	peer_start a 127.0.0.2 --admin 127.0.0.1:0 &&
	same "" "$(ics_at a peer list)"
'
admin=http://${icsd_admin#admin://}
test_ok 'add takes what icsd.conf takes' '
	ics_at a peer add dead kind=sks $dead every=0 &&
	ics_at a peer add acme kind=ics url=https://127.0.0.1:1 \
		key=sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= \
		"select=manu=Acme model=T1" every=0 &&
	same "acme kind=ics url=https://127.0.0.1:1 key=sha256//AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= select='"'manu=Acme model=T1'"' every=0s" \
		"$(peer_row a acme text)"
'
test_ok 'twice is once too often' '
	fails_with 1 ics_at a peer add dead kind=sks $dead
'
test_ok 'what will not do is told' '
	fails_with 2 ics_at a peer add x kind=sks 2>"$tmp/why" &&
	grep -q "recon=ADDR:PORT" "$tmp/why"
'
test_ok 'wrong words are usage' '
	fails_with 2 ics_at a peer add x && fails_with 2 ics_at a peer drop x &&
	fails_with 2 ics_at a peer remove && fails_with 2 ics_at a peer list x
'
test_ok 'the list is a table' '
	ics_at a peer list >"$tmp/list" &&
	grep -q "^dead  *sks  *new  *never " "$tmp/list" &&
	grep -q "^acme  *ics " "$tmp/list"
'
test_ok 'JSON is as its schema says' '
	ics_at a peer list --json >"$tmp/list.json" &&
	valid peers "$tmp/list.json"
'
test_ok 'sync waits for the round, and says no' '
	fails_with 1 ics_at a peer sync dead >"$tmp/list" &&
	grep -q "^dead  *sks  *refused " "$tmp/list" &&
	same 1 "$(peer_row a dead rounds)" && same 1 "$(peer_row a dead failures)"
'
test_ok 'sync of all answers with all' '
	fails_with 1 ics_at a peer sync >"$tmp/list" &&
	same 2 "$(grep -c "^dead \|^acme " "$tmp/list")" &&
	same 2 "$(peer_row a dead rounds)"
'
test_ok 'an unknown one is not found' '
	fails_with 1 ics_at a peer sync nobody &&
	fails_with 1 ics_at a peer remove nobody
'
test_ok 'metrics have it' '
	curl -sS "$admin/metrics" >"$tmp/metrics" &&
	grep -q "^icsd_peer_failures_total{peer=\"dead\"} 2$" "$tmp/metrics" &&
	grep -q "^icsd_peer_error{peer=\"dead\",error=\"refused\"} 1$" \
		"$tmp/metrics" &&
	grep -q "^icsd_peer_lag{peer=\"acme\"} -1$" "$tmp/metrics"
'
test_ok 'statistics, too, as Hockeypuck has them' '
	curl -sS "${icsd_http}/pks/lookup?op=stats&options=json" >"$tmp/stats" &&
	python3 -c "
import json, sys
peers = {p[\"name\"]: p for p in json.load(open(sys.argv[1]))[\"peers\"]}
assert peers[\"dead\"][\"reconAddr\"] == \"127.0.0.1:1\", peers
assert peers[\"dead\"][\"reconStatus\"] == \"refused\", peers
assert peers[\"dead\"][\"httpAddr\"] == \"127.0.0.1:1\", peers
" "$tmp/stats"
'
test_ok 'and the page for people' '
	curl -sS -H "Accept: text/html" "${icsd_http}/pks/lookup?op=stats" |
		grep -q "<td>dead</td><td>127.0.0.1:1</td>.*<td>refused</td>"
'
test_ok 'what was added stays across a restart' '
	peer_stop a && grep -q "\"acme\"" "$tmp/a/peers.json" &&
	peer_start a 127.0.0.2 && same 2 "$(ics_at a peer list | grep -c "^dead \|^acme ")" &&
	same true "$(peer_row a dead added)"
'
test_ok 'the configuration names others at a reload' '
	printf "recon-pause = 0\npeer = {\"one kind=sks %s every=0\", \"two kind=hkp url=http://127.0.0.1:1 every=0\"}\n" \
		"$dead" >"$tmp/a.conf" &&
	ics_at a reload -q && wait_until 10 "same false \"\$(peer_row a two added)\"" &&
	same 4 "$(ics_at a peer list --json | grep -o "\"name\"" | wc -l)"
'
test_ok 'its peers are not removed by hand' '
	fails_with 5 ics_at a peer remove one 2>"$tmp/why" &&
	grep -q configuration "$tmp/why"
'
test_ok 'added ones are' '
	ics_at a peer remove dead && ics_at a peer remove acme &&
	! grep -q acme "$tmp/a/peers.json"
'
test_ok 'and go when it names them no more' '
	echo "recon-pause = 0" >"$tmp/a.conf" && ics_at a reload -q &&
	wait_until 10 "same \"\" \"\$(ics_at a peer list)\""
'
test_ok 'two of a name are a fault of the configuration' '
	printf "peer = {\"x kind=sks %s\", \"x kind=sks %s\"}\n" "$dead" "$dead" \
		>"$tmp/bad.conf" &&
	fails_with 2 "$ICSD" -n -f "$tmp/bad.conf" 2>"$tmp/faults" &&
	grep -q "bad.conf:1: peer: there are two peers named x" "$tmp/faults"
'
test_ok 'a damaged peers.json is told, and begun anew' '
	ics_at a peer add dead kind=sks $dead every=0 && peer_stop a &&
	printf "{\"version\": 1, \"pee" >"$tmp/a/peers.json" &&
	peer_start a 127.0.0.2 && grep -q "peers-lost" "$tmp/a.err" &&
	same "" "$(ics_at a peer list)" &&
	ics_at a peer add dead kind=sks $dead every=0 && peer_stop a
'
test_ok 'without a server there is nobody to ask' '
	fails_with 3 ics_at a peer list
'
test_ok 'a server without peers makes no connections, and says so' '
	icsd_start mute && fails_with 5 ics_at mute peer add dead kind=sks $dead \
		2>"$tmp/why" &&
	grep -q "restart" "$tmp/why" && icsd_stop
'
# One who takes connections, and says nothing.
python3 -c '
import signal, socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
signal.pause()' >"$tmp/silent" &
silent_pid=$!
at_exit 'kill "$silent_pid"; wait "$silent_pid" 2>/dev/null'
test_ok 'an operator waits for a round that lasts' '
	wait_until 20 "test -s \"$tmp/silent\"" && peer_start a 127.0.0.2 &&
	ics_at a peer add silent kind=sks \
		"recon=127.0.0.1:$(cat "$tmp/silent")" every=0
'
ics_at a peer sync silent >"$tmp/sync" 2>&1 &
sync_pid=$!
test_ok 'and is answered when the server stops' '
	wait_until 20 "same true \"\$(peer_row a silent active)\"" &&
	peer_stop a && fails_with 3 wait "$sync_pid" && grep -q stopping "$tmp/sync"
'
test_ok 'no sanitizer spoke' '
	! grep -E "Sanitizer|runtime error" "$tmp/a.err" "$tmp/mute.err"
'
test_done
