# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What factories hand over, made with openssl:
#	factory.py manifest N SIGNER.pem KEY.pem,... [I=WHAT...]
#	                    N signed entries, an array, with these keys in turn;
#	                    entry I has a bad "signature", no "member", or the
#	                    chain "x5c:LEAF.pem,SIGNER.pem"
#	factory.py tpm KEY.pem [decrypt]   the public area of a TPM's key, hex

import base64
import json
import subprocess
import sys


def url(b):
    return base64.urlsafe_b64encode(b).rstrip(b"=").decode()


def openssl(*args, data=None):
    return subprocess.run(("openssl",) + args, input=data, check=True,
                          stdout=subprocess.PIPE).stdout


def spki(path):
    return openssl("pkey", "-in", path, "-pubout", "-outform", "DER")


def number(b):
    return b.lstrip(b"\0").rjust(32, b"\0")


def raw(der):
    """R and S out of a signature as openssl writes it."""
    r = der[4:4 + der[3]]
    s = der[6 + der[3]:]
    return number(r) + number(s)


def entry(i, signer, damage):
    point = spki(POOL[i % len(POOL)])[-64:]
    payload = {
        "version": 1, "model": "ATECC608A", "partNumber": "ATECC608A-TNGTLS",
        "manufacturer": {"organizationName": "Microchip Technology Inc"},
        "provisioningTimestamp": "2026-10-0%dT12:00:00.000Z" % (i % 9 + 1),
        "uniqueId": "0123%012x" % i,
        "publicKeySet": {"keys": [{
            "kid": "0", "kty": "EC", "crv": "P-256",
            "x": url(point[:32]), "y": url(point[32:])}]},
    }
    if i in CHAINS:
        payload["publicKeySet"]["keys"][0]["x5c"] = CHAINS[i]
    payload = url(json.dumps(payload).encode())
    head = url(b'{"typ":"JWT","alg":"ES256","kid":"x"}')
    signed = (head + "." + payload).encode()
    der = openssl("dgst", "-sha256", "-sign", signer, data=signed)
    sig = url(raw(der))
    if damage == "signature":
        sig = url(bytes(64))
    if damage == "member":
        head = None
    e = {"payload": payload, "protected": head,
         "header": {"uniqueId": "{\"%d" % i}, "signature": sig}
    return {k: v for k, v in e.items() if v is not None}


def der64(pem):
    return "".join(line for line in open(pem) if "-----" not in line) \
        .replace("\n", "")


def tpm(path, decrypt):
    der = spki(path)
    size = lambda b: len(b).to_bytes(2, "big") + b
    attributes = (0x00030072 if decrypt else 0x00040072).to_bytes(4, "big")
    policy = size(bytes(32))
    aes = bytes.fromhex("000600800043") if decrypt else b"\0\x10"
    if len(der) > 200:
        text = openssl("rsa", "-in", path, "-noout", "-modulus").decode()
        n = bytes.fromhex(text.strip().split("=")[1])
        area = b"\0\1\0\x0b" + attributes + policy + aes + b"\0\x10" + \
            (len(n) * 8).to_bytes(2, "big") + bytes(4) + size(n)
    else:
        x, y = der[-64:-32].lstrip(b"\0"), der[-32:].lstrip(b"\0")
        area = b"\0\x23\0\x0b" + attributes + policy + aes + \
            b"\0\x10\0\3\0\x10" + size(x) + size(y)
    return size(area).hex()


if sys.argv[1] == "tpm":
    print(tpm(sys.argv[2], len(sys.argv) > 3))
else:
    POOL = sys.argv[4].split(",")
    CHAINS = {}
    damaged = {}
    for word in sys.argv[5:]:
        i, what = word.split("=", 1)
        if what.startswith("x5c:"):
            CHAINS[int(i)] = [der64(p) for p in what[4:].split(",")]
        else:
            damaged[int(i)] = what
    print(json.dumps([entry(i, sys.argv[3], damaged.get(i))
                      for i in range(int(sys.argv[2]))], indent=1))
