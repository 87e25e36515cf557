# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who made a link ends it: when its last hold goes, however that happens, and nobody else's with it."""

import os
import signal
import time

from air.gatt import characteristic, service
from central_link import DEVICE, Link
from guest import HUB, RemoteError, Unit, expect_error, poll, require, require_equal
from waiting import Story, connect_later, later

VALUE = "5a1b0011-7c1e-4a53-9e61-3f2c3a5d0001"
SERVICES = [service("5a1b0001-7c1e-4a53-9e61-3f2c3a5d0001", characteristic(VALUE, "read", b"\x0a\x0b"))]
BLUEZ_DEVICE = "org.bluez.Device1"


def _path_of(world, peer):
    """BlueZ's object of it."""
    adapter, = world.adapter_paths().values()
    return f"{adapter}/dev_{peer.address.replace(':', '_')}"


def _is_gone(bus, link):
    try:
        bus.get(HUB, link.path, f"{DEVICE}.State")
    except RemoteError as error:
        return error.name == "NotFound"
    return False


def a_lease_that_runs_out_drops_the_link(world):
    peer = world.air().peer(services=SERVICES)
    link = Link(world.new_bus(), peer, Lifetime="lease", LeaseMs=2000)
    link.bus.close()
    began = time.monotonic()
    peer.wait("disconnected")
    require(time.monotonic() - began > 0.5, "the link went with its program")
    poll(lambda: _is_gone(world.bus, link), "the end of the device", every=0.05)


def a_program_killed_while_it_connects_leaves_no_attempt(world):
    air = world.air()
    peer = air.peer(services=SERVICES, advertise=False)
    for known in [False, True]:
        bus = world.new_bus()
        connect_later(bus, peer)
        poll(lambda: air.listens(), "the attempt", every=0.05)
        bus.close()
        poll(lambda: not air.listens(), "the controller to rest", every=0.05)
        peer.advertise()
        Link(world.bus, peer).release()
        peer.wait("disconnected", count=2 if known else 1)
        peer.advertise(False)


def a_link_that_a_foreign_program_made_is_used_and_never_cut(world):
    air = world.air()
    peer = air.peer(services=SERVICES)
    foreign = world.new_bus()
    Link(world.bus, peer).release()  # so that BlueZ knows it
    peer.wait("disconnected")
    path = _path_of(world, peer)
    foreign.call("org.bluez", path, f"{BLUEZ_DEVICE}.Connect")
    link = Link(world.bus, peer)
    require_equal(link.read(VALUE), b"\x0a\x0b", "value")
    link.release()
    with expect_error("NotFound"):
        link.get("State")
    require(peer.is_connected(), "our release cut it")
    link = Link(world.new_bus(), peer)
    link.bus.close()
    unit = Unit(world.bus, "blehubd.service")
    pid = unit.pid()
    os.kill(pid, signal.SIGKILL)
    unit.wait_for_new_process(pid)
    world.restart_hub()
    world.wait_for_hub("ready")
    require(peer.is_connected(), "our death cut it")
    link = Link(world.bus, peer)
    story = Story(link)
    foreign.call("org.bluez", path, f"{BLUEZ_DEVICE}.Disconnect")
    story.wait_for("disconnected")
    require(story.told[0].startswith("lost: "), f"told: {story.told}")
    return f"told '{story.told[0]}'"


def a_link_of_a_daemon_that_was_killed_is_dropped_at_its_next_start(world):
    peer = world.air().peer(services=SERVICES)
    Link(world.bus, peer, Reconnect=True)
    unit = Unit(world.bus, "blehubd.service")
    pid = unit.pid()
    os.kill(pid, signal.SIGKILL)
    unit.wait_for_new_process(pid)
    peer.wait("disconnected")
    link = Link(world.bus, peer)
    require_equal(link.read(VALUE), b"\x0a\x0b", "value over a new link")
    link.release()
    peer.wait("disconnected", count=2)


def a_daemon_that_is_stopped_answers_what_waits_and_drops_its_links(world):
    air = world.air()
    peer, absent = air.peer(services=SERVICES), air.peer(advertise=False)
    link = Link(world.bus, peer, Reconnect=True)
    peer.fault("read", VALUE, hang=True)
    calls = [later(link, "Read", "ss", "", VALUE), later(link, "WaitDisconnected", "", TimeoutMs=0),
             connect_later(world.bus, absent)]
    peer.wait("read")
    began = time.monotonic()
    world.run("systemctl", "stop", "blehubd.service")
    seconds = time.monotonic() - began
    require_equal(Unit(world.bus, "blehubd.service").service("Result"), "success", "how it ended")  # not "timeout"
    calls[0].require_error("Disconnected", "Cancelled")
    require(calls[1].error or calls[1].end() == ("local",), f"WaitDisconnected: {calls[1].result}")
    calls[2].require_error("Cancelled")
    peer.wait("disconnected")
    poll(lambda: not air.listens(), "the controller to rest", every=0.05)
    world.restart_hub()
    world.wait_for_hub("ready")
    peer.heal()
    require_equal(Link(world.bus, peer).read(VALUE), b"\x0a\x0b", "value after it")
    return f"stopped in {seconds:.1f} s"
