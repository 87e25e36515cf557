# SPDX-License-Identifier: LGPL-2.1-or-later
"""Everything that blehubd can be on one controller, at the same time: it scans at full rate, holds links as a central, serves a central
of its own and advertises on."""

import time
from functools import partial

from air.gatt import characteristic, service
from central_link import PATIENCE_MS, Link
from guest import let_pass
from serving import Advertised, Served

READ, SERVED = "2a19", "2a6e"
LINKS = 4
ADVERTISERS = 10
DEFINITION = f"""
[service 181a]
[characteristic 181a/{SERVED}]
Flags=read;notify
Value=text:warm
"""


class _Role:
    """Begins an operation when the one before is done, and `pause_s` after that one began; counts."""

    def __init__(self, begin, is_done, pause_s):
        self.begin = begin
        self.is_done = is_done
        self.pause_s = pause_s
        self.count = 0
        self._begin()

    def _begin(self):
        self.under_way, self.began = self.begin(), time.monotonic()

    def step(self):
        if self.under_way and self.is_done(self.under_way):
            self.count += 1
            self.under_way = None
        if not self.under_way and time.monotonic() >= self.began + self.pause_s:
            self._begin()


class Roles:
    """All of them set up."""

    def __init__(self, world):
        self.air = world.air()
        self.served = Served(world.bus, DEFINITION)
        Advertised(world.bus, Name="Roles", UUIDs=["181a"], IntervalUs=100000)
        self.central = self.air.central()
        self.central.connect()
        self.central.subscribe(SERVED)
        peers = [self.air.peer(services=[service("180f", characteristic(READ, "read", b"\x64"))]) for _ in range(LINKS)]
        self.links = [Link(world.bus, peer) for peer in peers]
        for number in range(ADVERTISERS):
            self.air.peer(name=f"advertiser {number}")
        self.scan = world.bus.scan(Report="all")
        self.scan.wait_device()
        self.updates = 0

    def work(self, seconds, pause_s=0.0):
        """Operations a second of each role, all of them working at once."""
        roles = {"served-reads": _Role(lambda: self.central.ask("read", SERVED), lambda asked: asked.is_done() and asked.end(), pause_s),
                 "updates": _Role(self._update, self._is_told, pause_s)}
        for number, link in enumerate(self.links):
            roles[f"link-{number + 1}-reads"] = _Role(partial(_begin_read, link), _is_read, pause_s)
        seen, began = self.scan.get("Seen"), time.monotonic()
        while time.monotonic() < began + seconds:
            for role in roles.values():
                role.step()
            let_pass(0.03)  # asking takes time, too
        reports = self.scan.get("Seen") - seen
        took = time.monotonic() - began
        counts = {name: role.count for name, role in roles.items()}
        return {name: count / took for name, count in {**counts, "reports": reports}.items()}

    def _update(self):
        """Done when the central was told."""
        self.updates += 1  # none is 0
        self.served.begin("SetValue", "ssay", "", SERVED, self.updates.to_bytes(4, "little"), Update=True)
        return self.updates

    def _is_told(self, number):
        return self.central.count_told(SERVED) >= number


def _begin_read(link):
    return link.begin("Read", "ss", "", READ, TimeoutMs=PATIENCE_MS)


def _is_read(call):
    return call.is_done() and len(call.wait()) > 0
