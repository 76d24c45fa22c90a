#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Hash queries as they were put to an sks, well and badly formed, with hashes
# of ours in place of its own: where we answer otherwise, it is said here.

. "${srcdir:=$(dirname "$0")/..}/t/lib.sh"
. "$srcdir/t/lib-icsd.sh"
. "$srcdir/t/lib-peers.sh"

gen_certs 0 2 >"$tmp/two.pgp"
cat >"$tmp/ask.py" <<'PY'
import json, socket, sys

host, port, vectors, name, *ours = sys.argv[1:]
theirs = ["01b7129fd2853910258e096a8c1bf7fc",
          "0205c1a125894cc8a63a7755e7b59d64"]
row = next(r for r in json.load(open(vectors)) if r["name"] == name)
octets = row["request_hex"]
for a, b in zip(theirs, ours):
    octets = octets.replace(a, b)
s = socket.create_connection((host, int(port)), timeout=20)
s.sendall(bytes.fromhex(octets))
s.shutdown(socket.SHUT_WR)
got = b""
while piece := s.recv(65536):
    got += piece
while got.startswith(b"HTTP/1.1 100"):
    got = got.split(b"\r\n\r\n", 1)[1]
head, _, body = got.partition(b"\r\n\r\n")
status = head.split(b" ")[1].decode() if head else "silence"
if status != "200":
    print(status)
    sys.exit()
assert b"chunked" not in head.lower(), head
count = int.from_bytes(body[:4], "big")
at = 4
for _ in range(count):
    at += 4 + int.from_bytes(body[at:at + 4], "big")
assert body[at:] == b"\r\n", body[at:]
print(status, count, int(row["keys"] == count))
PY
asked() {
	python3 "$tmp/ask.py" "$(cat "$tmp/a.addr")" "$(cat "$tmp/a.port")" \
		"$srcdir/t/data/recon/hashquery-behaviour-sks.json" "$1" $hashes
}
test_ok 'a server with two certificates' '
	peer_start a 127.0.0.2 && ics_at a load -q "$tmp/two.pgp" &&
	hashes=$("$PGP_TOOL" hashes <"$tmp/two.pgp") && test -n "$hashes"
'
test_ok 'as sks: known and unknown ones, none, other lengths, octets behind' '
	same "200 2 1" "$(asked "2 known")" &&
	same "200 1 1" "$(asked "known+unknown")" &&
	same "200 0 1" "$(asked "unknown only")" &&
	same "200 0 1" "$(asked "empty list")" &&
	same "200 0 1" "$(asked "17-byte hash")" &&
	same "200 0 1" "$(asked "15-byte hash")" &&
	same "200 0 1" "$(asked "0-byte hash")" &&
	same "200 1 1" "$(asked "trailing bytes")" &&
	same "200 1 1" "$(asked "HTTP/1.1 + Host + Content-Type")" &&
	same "200 1 1" "$(asked "Expect: 100-continue")"
'
test_ok 'not as sks: what is asked for twice comes once' '
	same "200 1 0" "$(asked "duplicate hash")"
'
test_ok 'not as sks: 400 in place of its 500' '
	same 400 "$(asked "count too large")" &&
	same 400 "$(asked "truncated body")"
'
test_ok 'not as sks, which is silent: chunks are read' '
	same "200 1 0" "$(asked chunked)"
'
test_ok 'who stops before what he announced gets no answer, as with sks' '
	same silence "$(asked "content-length 6 MB")"
'
test_ok 'more than 64 KiB are no hash query' '
	head -c 70000 /dev/zero >"$tmp/large" &&
	same 413 "$(curl -s -o /dev/null -w "%{http_code}" \
		--data-binary @"$tmp/large" \
		"http://127.0.0.2:$(cat "$tmp/a.port")/pks/hashquery")"
'
test_ok 'not as sks, which says 404: a GET is the wrong method' '
	same 405 "$(asked GET)"
'
test_ok 'it stops cleanly' 'peer_stop a'
test_done
