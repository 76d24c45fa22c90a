# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client of the ICS API, written from hkp/README and notations/README alone:
no OpenPGP library and none of our code. It finds an item, computes the digest of each of
its statements from the signed octets, reads what they say, and sends a
record that somebody else signed.

	ics_client.py URL item ID         what is said of it, digest by digest
	ics_client.py URL submit FILE     what became of it
	ics_client.py URL find NAME=VALUE...
"""
import base64
import hashlib
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

DOMAIN = "@ics.example"


def ask(url, data=None, kind=None):
    head = {"Content-Type": kind} if kind else {}
    request = urllib.request.Request(url, data=data, headers=head)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.read()
    except urllib.error.HTTPError as e:
        return e.read()


def dearmor(text):
    """RFC 9580 6.2, one block or many."""
    out, inside, body = b"", False, ""
    for line in text.decode().splitlines():
        if line.startswith("-----BEGIN PGP"):
            inside, body = True, ""
        elif line.startswith("-----END PGP"):
            out += base64.b64decode(body)
            inside = False
        elif inside and ":" not in line and not line.startswith("="):
            body += line
    return out


def packets(octets):
    """RFC 9580 4.2: (tag, body)."""
    i = 0
    while i < len(octets):
        first, i = octets[i], i + 1
        if first & 0x40:
            tag, n, i = first & 63, octets[i], i + 1
            if n == 255:
                n, i = int.from_bytes(octets[i:i + 4], "big"), i + 4
            elif n >= 192:
                n, i = ((n - 192) << 8) + octets[i] + 192, i + 1
        else:
            tag, width = first >> 2 & 15, 1 << (first & 3)
            n, i = int.from_bytes(octets[i:i + width], "big"), i + width
        yield tag, octets[i:i + n]
        i += n


def digest(body):
    """notations/README, Digests: the unhashed area counts as empty."""
    width = 4 if body[0] == 6 else 2
    end = 4 + width + int.from_bytes(body[4:4 + width], "big")
    unhashed = int.from_bytes(body[end:end + width], "big")
    plain = body[:end] + bytes(width) + body[end + width + unhashed:]
    return "sha256:" + hashlib.sha256(
        b"\x88" + len(plain).to_bytes(4, "big") + plain).hexdigest()


def notations(body):
    """RFC 9580 5.2.3.24, of the hashed area; text only."""
    width = 4 if body[0] == 6 else 2
    area = body[4 + width:4 + width + int.from_bytes(body[4:4 + width], "big")]
    said, i = {}, 0
    while i < len(area):
        n, i = area[i], i + 1
        if n == 255:
            n, i = int.from_bytes(area[i:i + 4], "big"), i + 4
        elif n >= 192:
            n, i = ((n - 192) << 8) + area[i] + 192, i + 1
        sub, i = area[i:i + n], i + n
        if sub[0] & 127 == 20 and sub[1] & 0x80:
            name_n = int.from_bytes(sub[5:7], "big")
            name = sub[9:9 + name_n].decode()
            if name.endswith(DOMAIN):
                name = name[:-len(DOMAIN)]
            said.setdefault(name, []).append(sub[9 + name_n:].decode())
    return said


def signatures(url, item):
    blob = ask("%s/ics/v1/items/%s/evidence.asc" % (url, item))
    return {digest(body): body for tag, body in packets(dearmor(blob))
            if tag == 2}


def item_tell(url, item):
    """Every statement that the server tells is one of the signed octets, and
    says what the server says that it says."""
    doc = json.loads(ask("%s/ics/v1/items/%s" % (url, item)))
    signed = signatures(url, item)
    for statement in doc["statements"]:
        body = signed[statement["digest"]]
        said = notations(body)
        for name, values in statement["values"].items():
            if all(isinstance(v, str) for v in values):
                ours = sorted(said.get(name, []))
                assert ours == sorted(values), (name, values, ours)
        print(statement["digest"], statement["kind"], statement["issuer"],
              json.dumps(said, sort_keys=True))


def submit(url, path):
    with open(path, "rb") as f:
        print(ask(url + "/ics/v1/submit", f.read(),
                  "application/pgp-signature").decode())


def find(url, terms):
    query = urllib.parse.urlencode([tuple(t.split("=", 1)) for t in terms])
    doc = json.loads(ask("%s/ics/v1/search?%s" % (url, query)))
    for row in doc["items"]:
        print(row["item"])


def main(url, what, *rest):
    if what == "item":
        item_tell(url, rest[0])
    elif what == "submit":
        submit(url, rest[0])
    elif what == "find":
        find(url, rest)
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
