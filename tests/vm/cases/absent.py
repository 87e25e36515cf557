# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices that are not there: the call ends in time, and nothing of it stays behind in BlueZ or in the controller."""

import time

from air.gatt import characteristic, service
from central_link import Link
from guest import poll, require, require_equal
from waiting import connect_later

VALUE = "5a1b0011-7c1e-4a53-9e61-3f2c3a5d0001"
SERVICES = [service("5a1b0001-7c1e-4a53-9e61-3f2c3a5d0001", characteristic(VALUE, "read", b"\x0a\x0b"))]


def _require_quiet(air):
    """The controller neither scans nor connects."""
    poll(lambda: not air.listens(), "the controller to rest", every=0.05)


def connecting_to_an_absent_device_times_out_and_leaves_nothing_behind(world):
    air = world.air()
    absent, present = air.peer(services=SERVICES, advertise=False), air.peer(services=SERVICES)
    for known in [False, True]:
        began = time.monotonic()
        connect_later(world.bus, absent, TimeoutMs=1500).require_error("Timeout")
        require(time.monotonic() - began >= 1.5, "the deadline was not waited for")
        _require_quiet(air)
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
        link = Link(world.bus, absent)  # PARITY 1.9: the dead connection of a timeout must not come back
        require_equal(link.read(VALUE), b"\x0a\x0b", "value of the device that was absent")
        link.release()
        absent.wait("disconnected")
        absent.advertise(False)
        present.forget()
