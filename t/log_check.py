# SPDX-License-Identifier: LGPL-2.1-or-later
"""Make leaves, root and proofs of a log again, from hkp/README alone.

usage: log_check.py HEAD ROWS [PROOF...]; exit 1 when something differs
"""
import calendar
import hashlib
import json
import sys
import time

EVENTS = ["put", "delete", "deny", "allow", "state", "forget"]
HASHES = {"sha256": 8, "sha384": 9, "sha512": 10, "sha224": 11,
          "sha3-256": 12, "sha3-512": 14}


def sha256(data):
    return hashlib.sha256(data).digest()


def subject(item):
    kind, *rest = item.split(":")
    if kind == "dev":
        octets = bytes.fromhex(rest[0])
        return octets[:1] + octets[1:]
    base = {"code": 64, "rec": 128}[kind]
    return bytes([base + HASHES[rest[0]]]) + bytes.fromhex(rest[1])


def leaf(row):
    received = calendar.timegm(
        time.strptime(row["received"], "%Y-%m-%dT%H:%M:%SZ"))
    return sha256(b"\0" + sha256(
        bytes.fromhex(row["salt"]) +
        bytes([1 + EVENTS.index(row["event"])]) + subject(row["item"]) +
        bytes.fromhex(row.get("digest", "00" * 32)) +
        received.to_bytes(8, "big")))


def root(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\1" + root(leaves[:k]) + root(leaves[k:]))


def path(m, leaves):
    if len(leaves) == 1:
        return []
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m < k:
        return path(m, leaves[:k]) + [root(leaves[k:])]
    return path(m - k, leaves[k:]) + [root(leaves[:k])]


def grown(m, leaves, whole=True):
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    if m <= k:
        return grown(m, leaves[:k], whole) + [root(leaves[k:])]
    return grown(m - k, leaves[k:], False) + [root(leaves[:k])]


def check(what, told, made):
    if told != made:
        sys.exit("%s: told %s, made %s" % (what, told, made))


def main(names):
    head, rows, *proofs = (json.load(open(name)) for name in names)
    leaves = [leaf(row) for row in rows["rows"]]
    for row, made in zip(rows["rows"], leaves):
        check("leaf %d" % row["position"], row["leaf"], made.hex())
    check("size", head["size"], len(leaves))
    check("root", head["root"], root(leaves).hex())
    for proof in proofs:
        if "position" in proof:
            made = path(proof["position"] - 1, leaves[:proof["size"]])
        else:
            made = grown(proof["from"], leaves[:proof["to"]])
            check("from_root", proof["from_root"],
                  root(leaves[:proof["from"]]).hex())
        check("hashes", proof["hashes"], [one.hex() for one in made])


main(sys.argv[1:])
