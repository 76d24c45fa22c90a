#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A recon peer that misbehaves, by name. Spec: recon.md 16

	hostile.py serve ADDR NAME...   a listener for each; prints NAME PORT
	hostile.py visit ADDR:PORT FROM NAME   one session that it begins
	hostile.py crowd ADDR:PORT FROM N      N connections at a time; prints how
	                                many were answered with an octet
	hostile.py look URL             ask again and again; at SIGTERM print
	                                right=N wrong=N p99=MILLISECONDS

serve and look go on until TERM. Served ones tell on stdout who came: "came
NAME", and "followed" when the target of a redirect was asked for.
"""
import signal
import socket
import struct
import sys
import threading
import time
import urllib.request

P = 530512889551602322505127520352579437339
(POLY, FULL, ELEMENTS, FULL_ELEMENTS, SYNC_FAIL, DONE, FLUSH, ERROR,
 DB_REQUEST, DB_REPLY, CONFIG) = range(11)
FOREVER = 100000


def be32(n):
    return struct.pack(">I", n & 0xffffffff)


def string(s):
    return be32(len(s)) + s


def frame(kind, body=b""):
    return string(bytes([kind]) + body)


def prefix(bits, octets=b""):
    return be32(bits) + string(octets)


def poly(where=prefix(0), count=9, samples=None):
    samples = [5] * 6 if samples is None else samples
    return frame(POLY, where + be32(count) + be32(len(samples)) +
                 b"".join(s.to_bytes(17, "little") for s in samples))


def fake(i):
    """A hash that nobody has."""
    return struct.pack(">Q", i) + b"nobodys "


def elements(hashes):
    return be32(len(hashes)) + b"".join(h + b"\0" for h in hashes)


def config(port, extra=(), drop=()):
    rows = {b"bitquantum": be32(2), b"filters": b"yminsky.dedup",
            b"http port": be32(port), b"mbar": be32(5), b"version": b"1.1.6"}
    rows.update(extra)
    rows = [(k, v) for k, v in sorted(rows.items()) if k not in drop]
    return frame(CONFIG, be32(len(rows)) +
                 b"".join(string(k) + string(v) for k, v in rows))


ASK_ALL = frame(FULL, prefix(0) + be32(0)) + frame(FLUSH)
END = frame(FLUSH) + frame(DONE)


def claim(n=1):
    """What those with a bad HTTP server say first."""
    return frame(ELEMENTS, elements([fake(i) for i in range(n)])) + END


# ---- instead of a Config ----------------------------------------------------

OPENINGS = {
    "config-huge": be32(1 << 31) + b"\x0a",
    "config-4097": frame(CONFIG, be32(1) + string(b"a" * 4090)),
    "config-33-rows": config(1, {b"%d" % i: b"" for i in range(40)}),
    "config-long-row": config(1, {b"x": b"y" * 1025}),
    "config-no-mbar": config(1, drop=(b"mbar",)),
    "config-cut": config(1)[:60],
    "config-other": frame(FLUSH),
}

# ---- said after the opening, to who answers us ---------------------------------

SAID = {
    "frame-2g": be32(0x7fffffff) + b"\x02",
    "frame-4g": be32(0xffffffff),
    "frame-limit": be32((256 << 10) + 1),
    "frame-empty": be32(0),
    "samples-5": poly(samples=[5] * 5),
    "samples-7": poly(samples=[5] * 7),
    "sample-p": poly(samples=[5] * 5 + [P]),
    "count-2g": poly(count=1 << 31),
    "prefix-odd": poly(prefix(3, b"\x40")),
    "prefix-130": poly(prefix(130, b"\0" * 17)),
    "prefix-long": poly(prefix(2, b"\x40\0")),
    "prefix-dirty": poly(prefix(2, b"\x7f")),
    "trailing": frame(FLUSH, b"\0"),
    "array-short": frame(ELEMENTS, be32(2) + b"\1" * 17),
    "array-2g": frame(ELEMENTS, be32(1 << 31)),
    "type-db": frame(DB_REQUEST, string(b"x")),
    "type-11": frame(11),
    "type-role": frame(SYNC_FAIL),
    "type-config": config(1),
    "error": frame(ERROR, string(b"\x1b[2Jgo away\n" + b"!" * 3000)),
    # No fault, and nothing comes of it: dropped, counted.
    "elements-odd": frame(ELEMENTS, be32(3) + b"\xff" * 17 + b"\0" * 17 +
                          b"\2" + b"\0" * 16) + END,
    "lies": b"".join(poly(prefix(2, bytes([c << 6])), 9,
                          [pow(c + 2, 9 + i) for i in range(6)])
                     for c in range(4)) + END,
    # What comes first does not hide what comes then.
    "sweet-then-sour": frame(ELEMENTS, elements([fake(1)])) + frame(11),
    "claims": frame(ELEMENTS, elements([fake(i) for i in range(15000)])) +
    frame(ELEMENTS, elements([fake(i) for i in range(15000, 30000)])) + END,
}

FLOODS = {
    "flood-elements": frame(ELEMENTS, elements([fake(7)])),
    "flood-flush": frame(FLUSH),
    "flood-poly": poly(prefix(128, b"\x11" * 16)),
}


def drip(s, octets, pause=1):
    for i in range(len(octets)):
        s.sendall(octets[i:i + 1])
        time.sleep(pause)


def wait_end(s):
    s.settimeout(FOREVER)
    while s.recv(65536):
        pass


def act_unread(s):
    """Ask for everything, read nothing."""
    s.settimeout(FOREVER)
    while True:
        s.sendall(ASK_ALL)


def act_endless(s):
    """Always something to say, never an end."""
    threading.Thread(target=wait_end, args=(s,), daemon=True).start()
    while True:
        s.sendall(poly() + frame(FLUSH))
        time.sleep(0.5)


ACTS = {
    "unread": act_unread,
    "endless": act_endless,
    "half-frame": lambda s: (s.sendall(be32(1000) + b"\2"), wait_end(s)),
    "mid-close": lambda s: s.sendall(be32(1000) + b"\2"),
}


def opened(s, port):
    s.sendall(config(port) + string(b"passed"))


def flood(s, octets):
    block = octets * (1 + 60000 // len(octets))
    threading.Thread(target=wait_end, args=(s,), daemon=True).start()
    while True:
        s.sendall(block)


def misbehave(s, name, port):
    """One session, as the side that asks."""
    if name == "silent":
        wait_end(s)
    elif name == "drip":
        drip(s, config(port))
    elif name in OPENINGS:
        s.sendall(OPENINGS[name])
        s.shutdown(socket.SHUT_WR) if name == "config-cut" else None
        wait_end(s)
    else:
        opened(s, port)
        if name in FLOODS:
            flood(s, FLOODS[name])
        elif name in ACTS:
            ACTS[name](s)
        else:
            s.sendall(SAID.get(name) or claim())
            wait_end(s)


# ---- HTTP -----------------------------------------------------------------------

HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: pgp/keys\r\n"


def answer(body, length=None):
    return HEAD + b"Content-Length: %d\r\n\r\n" % (
        len(body) if length is None else length) + body


def certs(s):
    """Whole certificates, and none that was asked for."""
    with open(sys.argv[-1], "rb") as f:
        s.sendall(answer(be32(1) + string(f.read()) + b"\r\n"))


def pour(s, head):
    s.sendall(head)
    while True:
        s.sendall(b"\0" * 65536)


HTTP = {
    "http-silent": wait_end,
    "http-drip": lambda s: drip(s, answer(be32(9) + b"\0" * FOREVER)),
    "http-pour": lambda s: pour(s, HEAD + b"\r\n"),
    "http-huge": lambda s: s.sendall(answer(be32(1), 9 << 20)),
    "http-head": lambda s: pour(s, HEAD + b"X: "),
    "http-longer": lambda s: s.sendall(answer(be32(0), 400)),
    "http-shorter": lambda s: s.sendall(
        answer(be32(1) + string(b"x" * 100), 50)),
    "http-count": lambda s: s.sendall(answer(be32(0xffffffff))),
    "http-101": lambda s: s.sendall(answer(be32(101) + be32(0) * 101)),
    "http-length": lambda s: s.sendall(answer(be32(1) + be32(1 << 31))),
    "http-500": lambda s: s.sendall(
        b"HTTP/1.0 500 No\r\nRetry-After: 99999999\r\n\r\n"),
    "http-none": lambda s: s.sendall(b"\0\xff no HTTP\r\n\r\n"),
    "http-noise": lambda s: s.sendall(
        answer(be32(2) + string(b"\xff" * 5000) + string(b"") + b"\r\n")),
    "http-other": certs,
    "claims": lambda s: s.sendall(answer(be32(0) + b"\r\n")),
    "sweet-then-sour": lambda s: s.sendall(answer(be32(0) + b"\r\n")),
}


def http_one(s, name, port):
    head = s.recv(65536)
    if b"/followed" in head:
        print("followed", flush=True)
        return
    if name == "http-redirect":
        s.sendall(b"HTTP/1.0 302 There\r\nLocation: http://%s:%d/followed\r\n"
                  b"Content-Length: 0\r\n\r\n" %
                  (sys.argv[2].encode(), port))
    elif name in HTTP:
        HTTP[name](s)


# ---- the programs ------------------------------------------------------------------

def listener(addr):
    s = socket.socket()
    s.bind((addr, 0))
    s.listen(64)
    return s


def guarded(call, s, *args):
    try:
        call(s, *args)
    except OSError:
        pass
    finally:
        s.close()


def accept_all(at, call, name, *args):
    while True:
        s, _ = at.accept()
        if call is misbehave:
            print("came", name, flush=True)
        threading.Thread(target=guarded, args=(call, s, name) + args,
                         daemon=True).start()


def serve(addr, names):
    for name in names:
        recon, http = listener(addr), listener(addr)
        port = http.getsockname()[1]
        threading.Thread(target=accept_all, daemon=True,
                         args=(recon, misbehave, name, port)).start()
        threading.Thread(target=accept_all, daemon=True,
                         args=(http, http_one, name, port)).start()
        print(name, recon.getsockname()[1], flush=True)
    print("ready", flush=True)
    signal.pause()


def dial(to, source):
    host, port = to.rsplit(":", 1)
    return socket.create_connection((host, int(port)), 60, (source, 0))


VISITS = {
    "visit-fail": frame(SYNC_FAIL),
    "visit-frame": be32(1 << 31),
    "visit-done": frame(DONE),
    # Well, and nobody serves what it claims.
    "visit-answer": frame(ELEMENTS, elements([fake(3)])),
    "visit-outside": frame(ELEMENTS, elements([fake(3)]) + b"\0"),
}


def visit(to, source, name):
    """The side that answers. Prints whether the server ended it."""
    s = dial(to, source)
    try:
        opened(s, 1)
        if name in VISITS:
            threading.Thread(target=flood, args=(s, VISITS[name]),
                             daemon=True).start()
        wait_end(s)
    except OSError:
        pass
    print("ended", flush=True)


def crowd(to, source, n):
    some, answered = [], 0
    for i in range(n):
        s = dial(to, source)
        some.append(s)
    for s in some:
        s.settimeout(10)
        try:
            answered += len(s.recv(1)) > 0
        except OSError:
            pass
    print(answered)


def look(url):
    times, wrong, ended = [], 0, []
    signal.signal(signal.SIGTERM, lambda *args: ended.append(1))
    print("looking", flush=True)
    while not ended:
        begun = time.monotonic()
        try:
            with urllib.request.urlopen(url, timeout=30) as got:
                right = b"BEGIN PGP" in got.read()
        except OSError:
            right = False
        times.append(time.monotonic() - begun)
        wrong += not right
        time.sleep(0.05)
    times.sort()
    print("right=%d wrong=%d p99=%d" % (
        len(times) - wrong, wrong, times[len(times) * 99 // 100] * 1000))


word, words = sys.argv[1], sys.argv[2:]
if word == "serve":
    serve(words[0], [w for w in words[1:] if "/" not in w])
elif word == "visit":
    visit(*words)
elif word == "crowd":
    crowd(words[0], words[1], int(words[2]))
elif word == "look":
    look(words[0])
