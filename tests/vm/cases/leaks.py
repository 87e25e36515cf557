# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links made and lost in every way, over and over: nothing of them may stay."""

import os
import signal

from air.gatt import characteristic, service
from central_link import Link
from guest import Unit, poll, require, require_equal
from measure import Measure
from waiting import Story, connect_later, later, wait_value_later

OWN = "5a1b{:04x}-7c1e-4a53-9e61-3f2c3a5d0001"
READ, NOTIFY = OWN.format(0x11), OWN.format(0x12)
SERVICES = [service(OWN.format(1), characteristic(READ, "read", b"\x0a\x0b"), characteristic(NOTIFY, "notify"))]
ROUNDS = 100
SETTLED = 50  # rounds until the heap is as large as it gets


class _Rounds:
    """A device that is wanted for good, and another one; each method is a round."""

    def __init__(self, world):
        self.world = world
        self.air = world.air()
        self.kept, self.peer = self.air.peer(services=SERVICES), self.air.peer(services=SERVICES)
        self.link = Link(world.bus, self.kept, Reconnect=True)
        self.subscription = self.link.subscribe(NOTIFY, Queue=4)
        self.story = Story(self.link)

    def release(self):
        """A link is made, looked at, read and written over, subscribed over, and let go."""
        link = Link(self.world.bus, self.peer)
        require(len(link.call("Services", "")) >= 1, "services")
        subscription = link.subscribe(NOTIFY)
        require_equal(link.read(READ), b"\x0a\x0b", "value")
        self.peer.tell(NOTIFY, b"\x01")
        require_equal(subscription.wait()[0], b"\x01", "notified")
        subscription.release()
        link.release()
        self.peer.wait("disconnected")

    def share(self):
        """Another program uses the link and ends, calls of it under way."""
        bus = self.world.new_bus()
        link = Link(bus, self.kept)
        require_equal(link.read(READ), b"\x0a\x0b", "value")
        wait_value_later(link.subscribe(NOTIFY))
        later(link, "WaitDisconnected", "")
        bus.close()
        poll(lambda: self.link.get("Holds") == 1, "the end of the other hold", every=0.02)

    def lose(self):
        """The device that is wanted for good leaves and comes back."""
        self.story.told.clear()
        self.kept.disconnect()
        self._require_back()

    def replug(self):
        """So does the controller."""
        self.story.told.clear()
        self.air.unplug()
        self.story.wait_for("waiting")
        self.air.plug()
        self._require_back()

    def kill_bluetoothd(self):
        """It is started again by systemd."""
        self.story.told.clear()
        unit = Unit(self.world.bus, "bluetooth.service")
        os.kill(unit.pid(), signal.SIGKILL)
        self._require_back()

    def _require_back(self):
        self.story.wait_for("ready")
        poll(lambda: self.kept.is_subscribed(NOTIFY), "the subscription to come back", every=0.02)
        self.kept.tell(NOTIFY, b"\x02")
        require_equal(self.subscription.wait()[0], b"\x02", "notified")

    def fail(self):
        """A link is lost while the device is looked at."""
        self.peer.fault("discovery", times=1, disconnect=0x13)
        connect_later(self.world.bus, self.peer).require_error("Disconnected")

    def decline(self):
        """The device does not want to pair."""
        link = Link(self.world.bus, self.peer)
        later(link, "Pair", "").require_error("Failed", "Disconnected")
        link.release()
        self.peer.wait("disconnected")

    def miss(self):
        """The device is not there."""
        self.peer.advertise(False)
        connect_later(self.world.bus, self.peer, TimeoutMs=200).require_error("Timeout")
        self.peer.advertise()


def links_made_and_lost_in_every_way_leave_nothing_behind(world):
    rounds = _Rounds(world)
    order = [rounds.release, rounds.share, rounds.lose, rounds.miss, rounds.fail, rounds.decline]
    harm = {20: rounds.kill_bluetoothd, 35: rounds.replug, 60: rounds.kill_bluetoothd, 75: rounds.replug, 90: rounds.replug}
    measure = Measure(world)
    before = measure.counts()
    sizes = []
    for number in range(ROUNDS):
        harm.get(number, order[number % len(order)])()
        rounds.peer.forget()
        # A little of it may go a little later.
        poll(lambda: all(count <= before[what] for what, count in measure.counts().items()),
             f"the end of round {number}, before it {before}", every=0.02)
        sizes.append(measure.memory_kb())
    level = sizes[SETTLED:]
    require(max(level) <= 1.01 * min(level), f"RSS from {min(level)} to {max(level)} KiB: {level}")
    return f"{before}, RSS {min(level)} to {max(level)} KiB"
