# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links that clients want outlive what happens to BlueZ and its controllers; calls that wait for them do not."""

import os
import signal
import time

from air.gatt import characteristic, service
from central_link import Link
from guest import Unit, options_of, poll, require, require_equal, wait
from waiting import Story, connect_later, later, wait_value_later

OWN = "5a1b{:04x}-7c1e-4a53-9e61-3f2c3a5d0001"
READ, SLOW, WRITE, NOTIFY, ALSO_NOTIFY = (OWN.format(number) for number in range(0x11, 0x16))
SERVICES = [service(OWN.format(1), characteristic(READ, "read", b"\x0a\x0b"), characteristic(SLOW, "read"),
                    characteristic(WRITE, "write"), characteristic(NOTIFY, "notify"),
                    characteristic(ALSO_NOTIFY, "notify"))]
PROMPT_S = 20  # far from every deadline, also on a busy machine


class _Holding:
    """A device that is wanted for good and some that are wanted as long as they stay; on the way to each a call that it does
    not answer, and others that wait for that. One device is being explored, one is not there."""

    def __init__(self, world):
        self.world = world
        self.air = world.air()
        self.kept, *self.plain = (self.air.peer(services=SERVICES) for _ in range(4))
        self.link = Link(world.bus, self.kept, Reconnect=True)
        self.others = [Link(world.new_bus(), peer) for peer in self.plain]
        self.subscription = self.link.subscribe(NOTIFY, Queue=16)
        self.stories = [Story(link) for link in [self.link, *self.others]]
        self.leaving = [later(link, "WaitDisconnected", "", TimeoutMs=0) for link in [self.link, *self.others]]
        self.calls = [wait_value_later(self.subscription), *self._begin_connects(), *self._begin_operations()]
        require(not any(call.done for call in [*self.calls, *self.leaving]), "a call ended by itself")

    def _begin_connects(self):
        explored, absent = self.air.peer(services=SERVICES), self.air.peer(advertise=False)
        explored.fault("discovery", hang=True)
        self.plain.append(explored)
        calls = [connect_later(self.world.new_bus(), explored, TimeoutMs=60000)]
        explored.wait("discovery")
        return [*calls, connect_later(self.world.new_bus(), absent, TimeoutMs=60000)]

    def _begin_operations(self):
        """Of every kind; each is with its device, or waits for that one. The pairing is late: BlueZ looks for nobody then."""
        writing, subscribing, pairing = self.others
        calls = [_begin_hanging(self.link, self.kept, "read", SLOW, "Read", "ss", "", SLOW)]
        step = ("read", options_of({"Characteristic": SLOW}))
        calls.append(later(self.link, "Transact", "a(sa{sv})", [step], TimeoutMs=60000))
        for link, *call in [(writing, "write", WRITE, "Write", "ssay", "", WRITE, b"\x01"),
                            (subscribing, "subscribe", f"{ALSO_NOTIFY}/2902", "Subscribe", "ss", "", ALSO_NOTIFY),
                            (pairing, "pairing", None, "Pair", "")]:
            calls.append(_begin_hanging(link, self.plain[self.others.index(link)], *call))
        # It has a second for each of the values.
        return [*calls, later(self.link, "Services", "", Values=True, TimeoutMs=60000)]

    def require_ended(self, since):
        """All calls ended; how long after."""
        for call in self.calls:
            call.require_error("Disconnected", "NotReady")
        causes = {call.end()[0] for call in self.leaving}
        for story in self.stories:
            wait_for = "waiting" if story.link is self.link else "disconnected"
            wait(lambda: wait_for in story.told, f"'{wait_for}', told: {story.told}")
        seconds = max(call.ended for call in [*self.calls, *self.leaving]) - since
        require(seconds < PROMPT_S, f"the last call ended after {seconds:.1f} s")
        return f"calls ended after {seconds:.1f} s ({', '.join(sorted(causes))})"

    def require_back(self, since):
        """The link that is wanted is back, its subscription with it; how long after."""
        self.stories[0].wait_for("ready", timeout=90)
        seconds = time.monotonic() - since
        poll(lambda: self.kept.is_subscribed(NOTIFY), "the subscription to come back", every=0.05)
        pending = wait_value_later(self.subscription)
        self.kept.tell(NOTIFY, b"\x02")
        require_equal(bytes(pending.end()[0]), b"\x02", "value after it")
        require_equal(self.link.read(READ), b"\x0a\x0b", "value read after it")
        for link in self.others:
            require_equal(link.get("State"), "disconnected", "state of a device that nobody reconnects")
        require_equal([peer.count("connected") for peer in self.plain], [1] * len(self.plain), "links that nobody wanted anew")
        return f"back after {seconds:.1f} s"


def _begin_hanging(link, peer, kind, name, method, signature, *arguments):
    """A call that is with the device, which does not answer it."""
    peer.fault(kind, name, hang=True)
    call = later(link, method, signature, *arguments, TimeoutMs=60000)
    peer.wait(kind, name)
    return call


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


def links_come_back_after_another_program_switched_the_radio_off_and_on(world):
    holding = _Holding(world)
    path, = world.adapter_paths().values()
    since = time.monotonic()
    world.bus.set("org.bluez", path, "org.bluez.Adapter1.Powered", False)
    ended = holding.require_ended(since)
    world.wait_for_hub("radio-off")
    world.bus.set("org.bluez", path, "org.bluez.Adapter1.Powered", True)
    return f"{ended}, {holding.require_back(time.monotonic())}"
