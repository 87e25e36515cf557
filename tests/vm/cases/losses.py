# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whatever ends a link, whoever waits for something of it hears so at once, with the cause.

Every deadline here is far longer than a case: a call that ends in Disconnected did not wait for it.
"""

import time

from air.gatt import characteristic, service
from central_link import Link
from guest import expect_error, options_of, poll, require, require_equal
from waiting import Story, later, wait_value_later

OWN = "5a1b{:04x}-7c1e-4a53-9e61-3f2c3a5d0001"
READ, WRITE, NOTIFY, ALSO_NOTIFY = (OWN.format(number) for number in range(0x11, 0x15))
SERVICES = [service(OWN.format(1), characteristic(READ, "read", b"\x0a\x0b"), characteristic(WRITE, "write"),
                    characteristic(NOTIFY, "notify"), characteristic(ALSO_NOTIFY, "notify"))]
SLOW = {"SupervisionMs": 20000}  # the link outlives silence for a while


class _Busy:
    """A device with one call of every kind under way, none of which will be answered."""

    def __init__(self, world, peer, **options):
        self.peer = peer
        self.link = Link(world.bus, peer, **SLOW, **options)
        self.subscription = self.link.subscribe(NOTIFY)
        self.story = Story(self.link)
        peer.forget()
        peer.fault("read", READ, hang=True)
        self.calls = [later(self.link, "Read", "ss", "", READ), later(self.link, "Read", "ss", "", READ),
                      later(self.link, "Write", "ssay", "", WRITE, b"\x01"),
                      later(self.link, "Subscribe", "ss", "", ALSO_NOTIFY),
                      later(self.link, "Transact", "a(sa{sv})", [("read", options_of({"Characteristic": READ}))]),
                      wait_value_later(self.subscription)]
        self.leaving = later(self.link, "WaitDisconnected", "")
        peer.wait("read", READ)
        self.link.get("State")  # answered in turn: so all of them have begun

    def require_lost(self, cause, since):
        """Returns how long it took until the last one knew."""
        require_equal(self.leaving.end(), (cause,), "cause")
        for call in self.calls:
            call.require_error("Disconnected", text="" if call.method == "Wait" else cause)
        require(cause in self.link.get("LastError"), f"LastError '{self.link.get('LastError')}' lacks '{cause}'")
        with expect_error("Disconnected"):
            self.link.read(READ)
        return max(call.ended for call in [*self.calls, self.leaving]) - since


def calls_end_at_once_when_the_peer_leaves(world):
    air = world.air()
    notes = []
    for reason, cause in [(0x13, "remote"), (0x08, "timeout")]:
        busy = _Busy(world, air.peer(services=SERVICES))
        require(not any(call.done for call in busy.calls), "a call ended by itself")
        since = time.monotonic()
        busy.peer.disconnect(reason)
        notes.append(f"{cause}: {busy.require_lost(cause, since):.2f} s")
        busy.story.wait_for("disconnected")
        busy.story.require(f"lost: {cause}", "disconnected")
    return ", ".join(notes)


def a_held_device_is_back_soon_after_it_advertises_again(world):
    peer = world.air().peer(services=SERVICES)
    other = world.new_bus()
    link, plain = Link(world.bus, peer, Reconnect=True), Link(other, peer)
    subscription = link.subscribe(NOTIFY, Queue=16)
    stories = [Story(link), Story(plain)]
    peer.tell(NOTIFY, b"\x01")
    require_equal(subscription.wait()[0], b"\x01", "value")
    peer.vanish()
    for story in stories:
        story.wait_for("waiting")
    pending = wait_value_later(subscription)
    back = time.monotonic()
    peer.advertise()
    for story in stories:
        story.wait_for("ready")
        story.require("lost: timeout", "waiting", "connecting", "ready")
    seconds = time.monotonic() - back
    poll(lambda: peer.is_subscribed(NOTIFY), "the subscription to come back", every=0.05)
    peer.tell(NOTIFY, b"\x02")
    require_equal(bytes(pending.end()[0]), b"\x02", "value after it")
    require_equal(plain.read(READ), b"\x0a\x0b", "value by the hold that does not reconnect")
    return f"reconnected after {seconds:.1f} s"


def a_hold_that_does_not_reconnect_says_so(world):
    peer = world.air().peer(services=SERVICES)
    link = Link(world.bus, peer)
    story = Story(link)
    peer.disconnect()
    story.wait_for("disconnected")
    story.require("lost: remote", "disconnected")
    require_equal(link.call("WaitDisconnected", ""), "remote", "cause, asked late")
    require_equal(link.get("State"), "disconnected", "State")
    require("remote" in link.get("LastError"), link.get("LastError"))
    again = Link(world.bus, peer)
    require_equal(again.path, link.path, "device")
    require_equal(link.read(READ), b"\x0a\x0b", "value by the old hold over the new link")


def a_pairing_ends_at_once_with_its_link_or_with_bluetoothd(world):
    peer = world.air().peer(services=SERVICES)
    notes = []
    for what, end in [("leaves", peer.disconnect), ("vanishes", peer.vanish), ("bluetoothd", lambda: _kill(world))]:
        peer.advertise()
        link = Link(world.bus, peer)
        peer.forget()
        peer.fault("pairing", times=1, hang=True)
        pairing = later(link, "Pair", "", TimeoutMs=60000)
        peer.wait("pairing")
        since = time.monotonic()
        end()
        pairing.require_error("Disconnected", "NotReady")
        require(pairing.ended - since < 30, "as late as a deadline")
        notes.append(f"{what}: {pairing.ended - since:.1f} s")
        link.release()
    return ", ".join(notes)


def _kill(world):
    world.run("systemctl", "kill", "--signal=KILL", "bluetooth.service")
