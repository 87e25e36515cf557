# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links that cannot be made: the call ends in time, and nothing of it stays behind in BlueZ, the kernel or the controller."""

import contextlib
import time

from air.gatt import characteristic, service
from central_link import Link
from guest import HUB, HUB_PATH, options_of, poll, require, require_equal
from management import Management
from waiting import connect_later

GET_CONNECTIONS = 0x0015  # of the management socket

VALUE = "5a1b0011-7c1e-4a53-9e61-3f2c3a5d0001"
SERVICES = [service("5a1b0001-7c1e-4a53-9e61-3f2c3a5d0001", characteristic(VALUE, "read", b"\x0a\x0b"))]


LATE_S = 2  # after a deadline, on a busy machine


def _require_nothing_left(world, air, absent):
    """The controller neither scans nor connects, the kernel has no link, and BlueZ knows of none of these devices."""
    poll(lambda: not air.listens(), "the controller to rest", every=0.05)
    path, = world.adapter_paths().values()
    management = Management()
    with contextlib.closing(management.socket):
        links = management.call(GET_CONNECTIONS, int(path.rpartition("hci")[2]))
    require_equal(links, bytes(2), "links of the kernel")
    objects = world.bus.call("org.bluez", "/", "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
    devices = {row["org.bluez.Device1"]["Address"]: row["org.bluez.Device1"] for row in objects.values()
               if "org.bluez.Device1" in row}
    for peer in absent:
        device = devices.get(peer.address, {})
        require(not any(device.get(state) for state in ["Connected", "Paired", "Trusted"]), f"BlueZ keeps {device}")


def _require_timeout(connect, deadline_s):
    began = time.monotonic()
    connect()
    took = time.monotonic() - began
    require(deadline_s <= took < deadline_s + LATE_S, f"a deadline of {deadline_s} s took {took:.2f} s")
    return took


def connecting_to_an_absent_device_times_out_and_leaves_nothing_behind(world):
    air = world.air()
    absent, present = air.peer(services=SERVICES, advertise=False), air.peer(services=SERVICES)
    for known in [False, True]:
        _require_timeout(lambda: connect_later(world.bus, absent, TimeoutMs=1500).require_error("Timeout"), 1.5)
        _require_nothing_left(world, air, [absent])
        link = Link(world.bus, present)  # the next one works at once
        require_equal(link.read(VALUE), b"\x0a\x0b", "value")
        link.release()
        present.wait("disconnected")
        # An attempt that was left over would take it now.
        absent.advertise()
        with_scan = world.bus.scan(Active=True)
        poll(lambda: any(row["Address"] == absent.address for row in with_scan.devices()), "the device to be heard")
        with_scan.release()
        require_equal(absent.count("connected"), 1 if known else 0, "links so far")
        link = Link(world.bus, absent)  # no dead connection is left of the timeout
        require_equal(link.read(VALUE), b"\x0a\x0b", "value of the device that was absent")
        link.release()
        absent.wait("disconnected")
        absent.advertise(False)
        present.forget()


def several_absent_devices_share_a_deadline_and_leave_nothing_behind(world):
    air = world.air()
    absent, present = [air.peer(services=SERVICES, advertise=False) for _ in range(3)], air.peer(services=SERVICES)
    wanted = [(peer.address, options_of({"AddressType": "random"})) for peer in absent]
    results = []
    took = _require_timeout(lambda: results.extend(_connect_many(world, wanted, 3000)), 3)
    require_equal([row.get("Error") for row in results], ["org.blehub.Error.Timeout"] * 3, "errors")
    _require_nothing_left(world, air, absent)
    for peer in [present, *absent]:
        peer.advertise()
        link = Link(world.bus, peer)
        require_equal(link.read(VALUE), b"\x0a\x0b", "value")
        link.release()
        peer.wait("disconnected")
    return f"three in {took:.1f} s"


def _connect_many(world, wanted, timeout_ms):
    return world.bus.call(HUB, HUB_PATH, f"{HUB}.Hub1.ConnectMany", "(a(sa{sv})a{sv})", wanted,
                          options_of({"TimeoutMs": timeout_ms}))


def a_controller_without_a_link_left_is_full_until_one_ends(world):
    air = world.air(links=2)
    peers = [air.peer(services=SERVICES) for _ in range(3)]
    links = [Link(world.bus, peer) for peer in peers[:2]]
    connect_later(world.bus, peers[2]).require_error("LimitExceeded")
    for link in links:
        require_equal(link.read(VALUE), b"\x0a\x0b", "value of a link that was there")
    links.pop().release()
    peers[1].wait("disconnected")
    require_equal(Link(world.bus, peers[2]).read(VALUE), b"\x0a\x0b", "value of the one that was refused")
    require_equal([peer.count("connected") for peer in peers], [1, 1, 1], "links made")
