# SPDX-License-Identifier: LGPL-2.1-or-later
"""A peer that goes away, or stops to answer, in the middle of something: who waits is told, and the next attempt works."""

import time

from air.gatt import characteristic, service
from central_link import Link
from guest import HUB, HUB_PATH, expect_error, options_of, require, require_equal

VALUE, TOLD = "2a58", "2a37"
SERVICES = [service("1815", characteristic(VALUE, "read write", b"\x01"), characteristic(TOLD, "notify"))]
REMOTE_ENDED = 0x13
ONLY_BLUEZ = "[Service]\nExecStart=\nExecStart=/usr/libexec/blehub-launch --ingest=dbus\n"


def _begin_connect(world, peer, timeout_ms=20000):
    options = options_of({"AddressType": peer.address_type, "TimeoutMs": timeout_ms})
    return world.bus.begin(HUB, HUB_PATH, "org.blehub.Hub1.Connect", "(sa{sv})", peer.address, options, timeout=40)


def a_peer_that_leaves_while_it_is_discovered_fails_the_connect_at_once(world):
    peer = world.air().peer(services=SERVICES)
    peer.fault("discovery", times=1, disconnect=REMOTE_ENDED)
    began = time.monotonic()
    with expect_error("Disconnected"):
        _begin_connect(world, peer, 60000).wait()
    require(time.monotonic() - began < 30, "as late as a deadline")
    require_equal(Link(world.bus, peer).read(VALUE), b"\x01", "value of the next link")


def a_link_that_is_not_established_is_tried_twice_more(world):
    peer = world.air().peer(services=SERVICES)
    peer.miss_connects(5)
    with expect_error("Disconnected"):
        _begin_connect(world, peer, 60000).wait()
    require_equal(Link(world.bus, peer).read(VALUE), b"\x01", "value of the link after two more")


def a_peer_that_never_answers_a_discovery_fails_the_connect_at_its_deadline(world):
    peer = world.air().peer(services=SERVICES)
    peer.fault("discovery", hang=True)
    with expect_error("Timeout"):
        _begin_connect(world, peer, 4000).wait()
    peer.wait("disconnected")
    peer.heal()
    require_equal(Link(world.bus, peer).read(VALUE), b"\x01", "value of the next link")


CALLS = [("read", VALUE, "Read", "ss", ("", VALUE)), ("write", VALUE, "Write", "ssay", ("", VALUE, b"\x02")),
         ("subscribe", f"{TOLD}/2902", "Subscribe", "ss", ("", TOLD))]


def _require_disconnected(world, peer, calls):
    """The peer leaves instead of answering, each time."""
    for kind, name, method, signature, arguments in calls:
        link = Link(world.bus, peer)
        peer.fault(kind, name, times=1, disconnect=REMOTE_ENDED)
        with expect_error("Disconnected"):
            link.call(method, signature, *arguments)
        link.release()


def a_link_that_ends_under_a_call_is_no_error_of_the_peer(world):
    peer = world.air().peer(services=SERVICES)
    _require_disconnected(world, peer, CALLS[:1])
    world.drop_in(ONLY_BLUEZ)  # which says 0x0e of the call, and of the link only after that
    world.wait_for_hub("ready")
    _require_disconnected(world, peer, CALLS)


def a_burst_of_values_is_kept_as_far_as_the_queue_goes(world):
    peer = world.air().peer(services=SERVICES)
    link = Link(world.bus, peer)
    newest, all_of_them = link.subscribe(TOLD), link.subscribe(TOLD, Queue=60)
    peer.stream(TOLD, 60)
    values = all_of_them.values(60)
    require_equal([int.from_bytes(value, "little") for value in values], list(range(60)), "values in order")
    value, meta = newest.wait()
    require_equal(int.from_bytes(value, "little"), 59, "the newest")
    require_equal(meta["Dropped"], 59, "what it replaced")
