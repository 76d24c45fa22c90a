#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""wire.py PID CONTROL: a wire between the network namespace it starts in and
that of process PID; each end is a tun device named wire.

It loses and delays packets as `tc netem` does, which not every kernel has,
and it can cut: the connection of a port is reset as soon as so many octets
have gone over it. CONTROL is a file, read again when it changes:

    loss 0.2        of packets, each way
    delay 0.15      seconds, each way
    cut PORT N      once: after N octets of TCP payload to or from PORT

Each cut that was made is told: "cut PORT". Invariant: what is not lost or cut
arrives unchanged and in order.
"""
import collections
import ctypes
import fcntl
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 1, 0x1000
CLONE_NEWNET = 0x40000000


def tun_open():
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF,
                struct.pack("16sH22x", b"wire", IFF_TUN | IFF_NO_PI))
    return fd


def enter(pid):
    with open(f"/proc/{pid}/ns/net") as ns:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(ns.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def checksum(octets):
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def tcp_of(packet):
    """Both ports and the octets of payload; None for what is not TCP."""
    if packet[0] >> 4 != 4 or packet[9] != 6:
        return None
    at = (packet[0] & 15) * 4
    ports = struct.unpack_from(">HH", packet, at)
    return ports, len(packet) - at - (packet[at + 12] >> 4) * 4


def reset_of(packet):
    """The same packet, as if its sender had given up."""
    at = (packet[0] & 15) * 4
    tcp = bytearray(packet[at:at + 20])
    tcp[12:14] = b"\x50\x14"
    tcp[16:20] = bytes(4)
    pseudo = packet[12:20] + struct.pack(">HH", 6, 20)
    tcp[16:18] = struct.pack(">H", checksum(pseudo + bytes(tcp)))
    ip = bytearray(packet[:20])
    ip[0] = 0x45
    ip[2:4] = struct.pack(">H", 40)
    ip[10:12] = bytes(2)
    ip[10:12] = struct.pack(">H", checksum(bytes(ip)))
    return bytes(ip + tcp)


class Wire:
    def __init__(self, control):
        self.control, self.seen = control, None
        self.loss = self.delay = 0
        self.cut = None  # port, octets left

    def reread(self):
        stat = os.stat(self.control)
        if (stat.st_mtime_ns, stat.st_ino) == self.seen:
            return
        self.seen = stat.st_mtime_ns, stat.st_ino
        self.loss = self.delay = 0
        self.cut = None
        for line in open(self.control):
            words = line.split()
            if words[0] == "cut":
                self.cut = [int(words[1]), int(words[2])]
            else:
                setattr(self, words[0], float(words[1]))

    def passes(self, packet):
        """What becomes of it; None: it is lost."""
        if self.loss and random.random() < self.loss:
            return None
        tcp = tcp_of(packet) if self.cut else None
        if tcp and self.cut[0] in tcp[0] and tcp[1] > 0:
            self.cut[1] -= tcp[1]
            if self.cut[1] < 0:
                print("cut", self.cut[0], flush=True)
                self.cut = None
                return reset_of(packet)
        return packet


def main():
    wire = Wire(sys.argv[2])
    here = tun_open()
    enter(int(sys.argv[1]))
    there = tun_open()
    print("ready", flush=True)
    other = {here: there, there: here}
    under_way = collections.deque()
    while True:
        wait = 0.05
        if under_way:
            wait = min(wait, max(0, under_way[0][0] - time.monotonic()))
        readable = select.select([here, there], [], [], wait)[0]
        wire.reread()
        for fd in readable:
            packet = wire.passes(os.read(fd, 65536))
            if packet:
                due = time.monotonic() + wire.delay
                under_way.append((due, other[fd], packet))
        while under_way and under_way[0][0] <= time.monotonic():
            _, fd, packet = under_way.popleft()
            try:
                os.write(fd, packet)
            except OSError:  # that end is down
                pass


main()
