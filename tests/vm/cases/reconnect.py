# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links that clients want outlive what happens to BlueZ and its controllers; calls that wait for them do not."""

import os
import signal
import time

from air.gatt import characteristic, service
from central_link import Link
from guest import Unit, poll, require, require_equal
from waiting import Story, connect_later, later, wait_value_later

OWN = "5a1b{:04x}-7c1e-4a53-9e61-3f2c3a5d0001"
READ, SLOW, NOTIFY = (OWN.format(number) for number in range(0x11, 0x14))
SERVICES = [service(OWN.format(1), characteristic(READ, "read", b"\x0a\x0b"), characteristic(SLOW, "read"),
                    characteristic(NOTIFY, "notify"))]


class _Holding:
    """Two devices, one wanted for good and one only as long as it stays, and a third one that is not there; a call
    of every kind under way."""

    def __init__(self, world):
        self.world = world
        self.air = world.air()
        self.kept, self.plain = self.air.peer(services=SERVICES), self.air.peer(services=SERVICES)
        absent = self.air.peer(advertise=False)
        self.link, self.other = Link(world.bus, self.kept, Reconnect=True), Link(world.new_bus(), self.plain)
        self.subscription = self.link.subscribe(NOTIFY, Queue=16)
        self.stories = [Story(self.link), Story(self.other)]
        for peer in [self.kept, self.plain]:
            peer.fault("read", SLOW, hang=True)
        self.leaving = [later(link, "WaitDisconnected", "", TimeoutMs=0) for link in [self.link, self.other]]
        self.calls = [later(link, "Read", "ss", "", SLOW) for link in [self.link, self.other]]
        self.calls.append(wait_value_later(self.subscription))
        self.calls.append(connect_later(world.new_bus(), absent))
        for peer in [self.kept, self.plain]:
            peer.wait("read", SLOW)
        require(not any(call.done for call in self.calls), "a call ended by itself")

    def require_ended(self, since):
        """All calls ended; how long after."""
        for call in self.calls:
            call.require_error("Disconnected", "NotReady")
        causes = [call.end()[0] for call in self.leaving]
        for story in self.stories:
            wait_for = "waiting" if story.link is self.link else "disconnected"
            poll(lambda: wait_for in story.told, f"'{wait_for}', told: {story.told}", every=0)
        seconds = max(call.ended for call in [*self.calls, *self.leaving]) - since
        return f"calls ended after {seconds:.1f} s ({', '.join(causes)})"

    def require_back(self, since):
        """The link that is wanted is back, its subscription with it; how long after."""
        self.stories[0].wait_for("ready", timeout=90)
        seconds = time.monotonic() - since
        poll(lambda: self.kept.is_subscribed(NOTIFY), "the subscription to come back", every=0.05)
        pending = wait_value_later(self.subscription)
        self.kept.tell(NOTIFY, b"\x02")
        require_equal(bytes(pending.end()[0]), b"\x02", "value after it")
        require_equal(self.link.read(READ), b"\x0a\x0b", "value read after it")
        require_equal(self.other.get("State"), "disconnected", "state of the device that nobody reconnects")
        require(not self.plain.is_connected(), "a link that nobody wanted was made")
        return f"back after {seconds:.1f} s"


def links_come_back_after_bluetoothd_was_killed_with_calls_under_way(world):
    holding = _Holding(world)
    unit = Unit(world.bus, "bluetooth.service")
    pid, since = unit.pid(), time.monotonic()
    os.kill(pid, signal.SIGKILL)
    ended = holding.require_ended(since)
    unit.wait_for_new_process(pid)
    return f"{ended}, {holding.require_back(time.monotonic())}"


def links_come_back_on_a_controller_plugged_back_under_another_index(world):
    holding = _Holding(world)
    since = time.monotonic()
    holding.air.unplug()
    ended = holding.require_ended(since)
    world.wait_for_hub("no-adapter")
    world.occupy_index()
    holding.air.plug()
    return f"{ended}, {holding.require_back(time.monotonic())}"
