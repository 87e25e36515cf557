# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that shares a peripheral with others. It takes commands, a line each, and answers each with a line of JSON.

    connect ADDRESS         the seconds it took
    release                 gives up the hold and the subscriptions
    where                   the path of the device
    sees                    the kinds of the visible objects that have to do with links, with repetitions
    try_read PATH           reads from a device by its path; the name of the error, or null
    follow UUID HOW         subscribes and fetches the values by json, packed (streams) or wait
    work SECONDS            reads and writes both that count, each again as soon as it is answered
    burst UUID COUNT REPLY  so many writes at once, REPLY being response or none; the seconds until the last was answered
    account                 what came until now

Of each value followed the number in it, and the sequence number that blehubd gave it, must be the next; a number read may not be
less than the one read before. What is wrong, and each error reply, is told by account.
"""

import json
import os
import struct
import sys
import time

from gi.repository import Gio, GLib

import guest
import sharers
from central_link import DEVICE

TIMEOUT_MS = 60000
BURST_MS = 240000  # for the last of a thousand, on a busy machine
QUEUE = 4096
PACKET_MAX = 32768
HEADER = struct.Struct("<3sBHHQI")  # of a packet: see blehub-stream(5)
VALUE = struct.Struct("<H18xH2x")  # of a value in it


class Follower:
    """Accounts for the values of one subscription."""

    def __init__(self, complain, uuid):
        self.complain = lambda text: complain(f"{uuid}: {text}")
        self.uuid = uuid
        self.first = None
        self.last = None
        self.count = 0
        self.rest = b""

    def take(self, sequence, dropped, value):
        number = int.from_bytes(value, "little")
        self.count += 1
        if self.first is None:
            self.first = number
        elif number != self.last + 1:
            self.complain(f"number {number} after {self.last}")
        if sequence != self.count or dropped:
            self.complain(f"sequence {sequence} of value {self.count}, {dropped} dropped")
        self.last = number

    def follow_stream(self, fd, how):
        take = self._take_packet if how == "packed" else self._take_text
        os.set_blocking(fd, False)

        def on_readable(fd, _condition):
            data = os.read(fd, PACKET_MAX)
            take(data)
            return bool(data)
        GLib.io_add_watch(fd, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, on_readable)

    def _take_packet(self, packet):
        if not packet:
            return
        _magic, _version, count, at, sequence, dropped = HEADER.unpack_from(packet)
        for number in range(count):
            size, length = VALUE.unpack_from(packet, at)
            begin = at + VALUE.size
            self.take(sequence + number, 0 if number else dropped, packet[begin:begin + length])
            at += size

    def _take_text(self, text):
        *lines, self.rest = (self.rest + text).split(b"\n")
        for line in map(json.loads, lines):
            self.take(line["Sequence"], line.get("Dropped", 0), bytes.fromhex(line["Value"]))


class Sharer:
    """Its public methods are the commands."""

    def __init__(self):
        self._bus = guest.Bus()
        self._device = None
        self._owned = []  # (path, interface)
        self._followers = []
        self._complaints = []
        self._working = 0
        self._written = 0
        self._done = {"Read": 0, "Write": 0}

    # Calls

    def _call(self, path, member, signature, *arguments, **options):
        options = guest.options_of({"TimeoutMs": TIMEOUT_MS, **options})
        return self._bus.call(guest.HUB, path, member, signature, *arguments, options, timeout=2 * TIMEOUT_MS / 1000)

    def _send(self, path, member, signature, *arguments, done, **options):
        """Does not wait. done gets what is replied, or None for an error."""
        interface, _, method = member.rpartition(".")
        options = guest.options_of({"TimeoutMs": TIMEOUT_MS, **options})

        def on_reply(connection, result):
            try:
                reply = connection.call_finish(result).unpack()
            except GLib.Error as error:
                self._complaints.append(f"{method}: {error.message}")
                reply = None
            done(reply)
        self._bus.connection.call(guest.HUB, path, interface, method, GLib.Variant(signature, (*arguments, options)),
                                  None, Gio.DBusCallFlags.NONE, GLib.MAXINT, None, on_reply)

    def _next_to_write(self):
        """Who writes, and the how many-th it is."""
        self._written += 1
        return struct.pack(">II", os.getpid(), self._written)

    # The link

    def connect(self, address):
        began = time.monotonic()
        self._device, hold = self._call(guest.HUB_PATH, "org.blehub.Hub1.Connect", "(sa{sv})", address,
                                        AddressType="random")
        self._owned.append((hold, "Hold1"))
        return time.monotonic() - began

    def release(self):
        for path, interface in self._owned:
            self._bus.call(guest.HUB, path, f"org.blehub.{interface}.Release")
        self._owned = []

    def where(self):
        return self._device

    def sees(self):
        objects = self._bus.call(guest.HUB, guest.HUB_PATH, "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
        kinds = [path.split("/")[3] for path in objects if path.count("/") > 3]
        return [kind for kind in kinds if kind in ("device", "hold", "subscription")]

    def try_read(self, path):
        try:
            self._call(path, f"{DEVICE}.Read", "(ssa{sv})", "", sharers.COUNTING)
        except guest.RemoteError as error:
            return error.name
        return None

    # Values

    def follow(self, uuid, how):
        follower = Follower(self._complaints.append, uuid)
        subscription = self._call(self._device, f"{DEVICE}.Subscribe", "(ssa{sv})", "", uuid, Queue=QUEUE)
        self._followers.append(follower)
        self._owned.append((subscription, "Subscription1"))
        if how == "wait":
            self._wait_on(follower, subscription)
            return
        options = GLib.Variant("(a{sv})", (guest.options_of({"Format": how}),))
        reply, fds = self._bus.connection.call_with_unix_fd_list_sync(
            guest.HUB, subscription, "org.blehub.Subscription1", "OpenStream", options, None, Gio.DBusCallFlags.NONE,
            -1, None)
        follower.follow_stream(fds.get(reply.unpack()[0]), how)

    def _wait_on(self, follower, subscription):
        def on_value(reply):
            if reply:
                value, details = reply
                follower.take(details["Sequence"], details.get("Dropped", 0), bytes(value))
                self._wait_on(follower, subscription)
        self._send(subscription, "org.blehub.Subscription1.Wait", "(a{sv})", done=on_value)

    # Operations

    def work(self, seconds):
        until = time.monotonic() + float(seconds)
        for uuid in [sharers.COUNTING, sharers.ALSO_COUNTING]:
            self._read_until(until, uuid, 0)
            self._write_until(until, uuid)
        guest.wait(lambda: not self._working, "the last operations", float(seconds) + 2 * TIMEOUT_MS / 1000)

    def _read_until(self, until, uuid, before):
        def on_read(reply):
            self._working -= 1
            value = bytes(reply[0]) if reply else b""
            is_number = len(value) == 4  # else somebody wrote it
            number = int.from_bytes(value, "little") if is_number else before
            if number < before:
                self._complaints.append(f"read {number} after {before}")
            self._done["Read"] += 1
            if time.monotonic() < until:
                self._read_until(until, uuid, number)
        self._working += 1
        self._send(self._device, f"{DEVICE}.Read", "(ssa{sv})", "", uuid, done=on_read)

    def _write_until(self, until, uuid):
        def on_written(_reply):
            self._working -= 1
            self._done["Write"] += 1
            if time.monotonic() < until:
                self._write_until(until, uuid)
        self._working += 1
        self._send(self._device, f"{DEVICE}.Write", "(ssaya{sv})", "", uuid, self._next_to_write(), done=on_written,
                   Response=True)

    def burst(self, uuid, count, reply):
        """Only the last is answered: dbus-daemon lets nobody wait for more than 128 replies on the system bus."""
        began, ended = time.monotonic(), []
        options = {"TimeoutMs": BURST_MS, "Response": reply == "response"}
        for _ in range(int(count) - 1):
            message = Gio.DBusMessage.new_method_call(guest.HUB, self._device, DEVICE, "Write")
            message.set_flags(Gio.DBusMessageFlags.NO_REPLY_EXPECTED)
            message.set_body(GLib.Variant("(ssaya{sv})", ("", uuid, self._next_to_write(), guest.options_of(options))))
            self._bus.connection.send_message(message, Gio.DBusSendMessageFlags.NONE)
        self._send(self._device, f"{DEVICE}.Write", "(ssaya{sv})", "", uuid, self._next_to_write(), done=ended.append,
                   **options)
        guest.wait(lambda: ended, "the reply", 1.2 * BURST_MS / 1000)
        return time.monotonic() - began

    def account(self):
        return {"followed": {follower.uuid: [follower.first, follower.last, follower.count]
                             for follower in self._followers},
                "complaints": self._complaints, "writer": os.getpid(), "written": self._written, "done": self._done}


def say(answer):
    print(json.dumps(answer), flush=True)


def on_command(_fd, _condition, sharer):
    words = sys.stdin.readline().split()
    if not words:
        sys.exit()
    say(getattr(sharer, words[0])(*words[1:]))
    return GLib.SOURCE_CONTINUE


def main():
    sharer = Sharer()
    say("ready")
    GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, on_command,
                      sharer)
    GLib.MainLoop().run()


main()
