# SPDX-License-Identifier: LGPL-2.1-or-later
"""Watches, as clients of the daemon have them, and every reading behind what they say."""

import json
import math
import os

from gi.repository import Gio, GLib

from guest import HUB, options_of, require, wait

WATCH = f"{HUB}.Watch1"


class Watch:
    """A Watch1 object of one client, and the changes of zone that it was told of, if by signal. Signals also bring a row
    for each sample: with hundreds of things they are most of what goes on."""

    def __init__(self, bus, signals=True, **options):
        self.bus = bus
        self.path = bus.hub("Watch", Signals=signals, **options)
        self.changes = []
        self.zones = {}  # of all who were in one
        bus.connection.signal_subscribe(HUB, WATCH, "ZoneChanged", self.path, None, Gio.DBusSignalFlags.NONE,
                                        self._on_changes)

    def call(self, method, **options):
        return self.bus.call(HUB, self.path, f"{WATCH}.{method}", "(a{sv})", options_of(options))

    def states(self, **options):
        """State rows by what they are about."""
        return {row["Id"]: row for row in self.call("GetStates", **options)}

    def statistics(self):
        return {row["Id"]: row for row in self.call("GetStatistics")}

    def get(self, prop):
        return self.bus.get(HUB, self.path, f"{WATCH}.{prop}")

    def follow_state(self):
        return self.bus.follow(HUB, self.path, f"{WATCH}.State")

    def wait_all(self, count, *zones):
        """Until so many things are in one of these zones, by what the signals say."""
        wait(lambda: sum(zone in zones for zone in self.zones.values()) == count, f"{count} to be {' or '.join(zones)}")

    def _on_changes(self, *signal):
        changes, = signal[5].unpack()
        self.changes += changes
        self.zones.update((row["Id"], row["Zone"]) for row in changes)


class Readings:
    """What each device was heard with, and when, by address: [(realtime in us, dBm)], from a scan of its own."""

    def __init__(self, bus, **filters):
        self.of = {}
        self.rest = b""
        scan = bus.scan(Report="all", **filters)
        reply, fds = bus.connection.call_with_unix_fd_list_sync(
            HUB, scan.path, f"{HUB}.Scan1", "OpenStream", GLib.Variant("(a{sv})", ({},)), None,
            Gio.DBusCallFlags.NONE, -1, None)
        self.fd = fds.get(reply.unpack()[0])
        self.source = GLib.unix_fd_add_full(GLib.PRIORITY_DEFAULT, self.fd, GLib.IOCondition.IN, self._on_lines)

    def _on_lines(self, fd, _condition):
        *lines, self.rest = (self.rest + os.read(fd, 65536)).split(b"\n")
        for line in filter(None, lines):
            row = json.loads(line)
            self.of.setdefault(row["Address"], []).append((row["Timestamp"], row["RSSI"]))
        return GLib.SOURCE_CONTINUE

    def close(self):
        GLib.source_remove(self.source)
        os.close(self.fd)


def samples_until(alpha, start, end, threshold):
    """After how many samples of `end` an average of `start` is beyond the threshold."""
    require(min(start, end) < threshold < max(start, end), f"{threshold} is not between {start} and {end}")
    return max(1, math.ceil(math.log((threshold - end) / (start - end)) / math.log(1 - alpha)))
