# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that reads the packed stream of a scan of its own to the end and accounts for each record.

It says the scan's path, answers each line on stdin with its account so far, and says that once more when the stream has
ended. A record whose sequence number is not the one due ends it with an exception: its answer is then missing.

usage: reader.py OPTIONS-OF-OPENSTREAM, as JSON
"""

import json
import os
import select
import struct
import sys
import time

from gi.repository import Gio, GLib

import guest

PACKET_MAX = 32768
HEADER = struct.Struct("<3sBHHQI")  # magic, version, records, size of the header, sequence, dropped
RECORD = struct.Struct("<H30xQ")  # size, monotonic time: see blehub-stream(5)


def open_stream(scan, options):
    reply, fds = scan.bus.connection.call_with_unix_fd_list_sync(
        guest.HUB, scan.path, "org.blehub.Scan1", "OpenStream", GLib.Variant("(a{sv})", (guest.options_of(options),)),
        None, Gio.DBusCallFlags.NONE, -1, None)
    return fds.get(reply.unpack()[0])


def records_of(packet):
    """(sequence, lost right before, monotonic time in us) of each."""
    magic, version, count, at, sequence, dropped = HEADER.unpack_from(packet)
    guest.require_equal((magic, version), (b"BHP", 1), "begin of a packet")
    for number in range(count):
        size, monotonic_us = RECORD.unpack_from(packet, at)
        yield sequence + number, 0 if number else dropped, monotonic_us
        at += size
    guest.require_equal(at, len(packet), "bytes of a packet")


class Account:
    """The sums of a whole stream, and how long records took to be read since the last answer."""

    def __init__(self):
        self.records = 0
        self.dropped = 0
        self.last = 0
        self.delays_us = []

    def take(self, records):
        now_us = time.monotonic_ns() // 1000
        for sequence, dropped, monotonic_us in records:
            guest.require_equal(sequence, self.last + dropped + 1, "sequence number")
            self.records += 1
            self.dropped += dropped
            self.last = sequence
            self.delays_us.append(now_us - monotonic_us)

    def answer(self):
        delays, self.delays_us = sorted(self.delays_us), []
        p50, p99 = (delays[int((len(delays) - 1) * part)] if delays else 0 for part in (0.5, 0.99))
        print(json.dumps({"records": self.records, "dropped": self.dropped, "last": self.last,
                          "timed": len(delays), "p50_us": p50, "p99_us": p99}), flush=True)


def main():
    scan = guest.Bus().scan(Report="all")
    fd = open_stream(scan, {"Format": "packed", **json.loads(sys.argv[1])})
    print(scan.path, flush=True)
    account = Account()
    while True:
        ready, _, _ = select.select([fd, sys.stdin], [], [])
        if fd in ready:
            packet = os.read(fd, PACKET_MAX)
            if not packet:
                break
            account.take(records_of(packet))
        if sys.stdin in ready:
            sys.stdin.readline()
            account.answer()
    account.answer()


main()
