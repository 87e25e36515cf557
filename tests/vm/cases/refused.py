# SPDX-License-Identifier: LGPL-2.1-or-later
"""What cannot be advertised or served: refused by its place, and BlueZ hears nothing of it."""

import contextlib
import os

from gi.repository import GLib

from guest import RemoteError, expect_error, poll, require_equal
from serving import Advertised, Served, characteristic, descriptor, service

OWN = "5a1b{:04x}-7c1e-4a53-9e61-3f2c3a5d0007"
SERVICE, VALUE = OWN.format(0x01), OWN.format(0x11)
GOOD = service(SERVICE, characteristic(VALUE, "read"))


def _company(size):
    return GLib.Variant("a{qv}", {0xffff: GLib.Variant("ay", bytes(size))})


ADVERTISEMENTS = [
    ("ManufacturerData: needs 14 bytes, 9 of 31 are left in the advertising packet",
     {"UUIDs": ["180d", SERVICE], "ManufacturerData": _company(10)}),
    ("UUIDs: needs 34 bytes, 31 of 31 are left in the advertising packet", {"UUIDs": [SERVICE, VALUE]}),
    ("Name: needs 32 bytes, 31 of 31 are left in the scan response", {"Name": "n" * 30}),
]
DEFINITIONS = [
    ("Services[1].UUID: ", [GOOD, service(SERVICE)]),
    ("Services[1].Characteristics[1].UUID: ", [GOOD, service("180d", *[characteristic("2a37", "read")] * 2)]),
    ("Services[1].Characteristics[0].Flags: 'fly' ", [GOOD, service("180d", characteristic("2a37", "read fly"))]),
    ("Services[1].Characteristics[0].Value: 3 bytes, MaxLength is 2",
     [GOOD, service("180d", characteristic("2a37", "read", b"abc", MaxLength=2))]),
    ("Services[1].Characteristics[0].Descriptors[0].UUID: 2902",
     [GOOD, service("180d", characteristic("2a37", "notify", b"", descriptor("2902", "read")))]),
    ("Services[1].UUID: 1800", [GOOD, service("1800")]),
    ("Services[1].UUID: 1801", [GOOD, service("1801")]),
]


class _Calls:
    """What BlueZ is asked to register."""

    def __init__(self, world):
        self.said = b""
        interfaces = ["org.bluez.LEAdvertisingManager1", "org.bluez.GattManager1"]
        self.monitor = world.start("/usr/bin/busctl", "--system", "monitor", "--json=short",
                                   *(f"--match=type='method_call',interface='{name}'" for name in interfaces))
        os.set_blocking(self.monitor.stdout.fileno(), False)
        poll(lambda: self._hears(world.bus), "a monitor of the bus", every=0.05)

    def _hears(self, bus):
        with contextlib.suppress(RemoteError):
            bus.call("org.bluez", "/nobody", "org.bluez.GattManager1.Probe")
        return self.count(b"Probe")

    def count(self, method):
        with contextlib.suppress(BlockingIOError):
            self.said += os.read(self.monitor.stdout.fileno(), 65536)
        return self.said.count(b'"member":"' + method + b'"')


def what_cannot_be_advertised_or_served_never_reaches_bluez(world):
    world.air()
    calls = _Calls(world)
    for message, options in ADVERTISEMENTS:
        with expect_error("InvalidArguments", message):
            Advertised(world.bus, **options)
    for message, services in DEFINITIONS:
        with expect_error("InvalidArguments", message):
            Served(world.bus, services)
    counters = world.bus.counters()
    require_equal([counters["Advertisements"], counters["Applications"]], [0, 0], "what is there of them")
    Advertised(world.bus, Name="n" * 29)
    Served(world.bus, [GOOD])
    poll(lambda: calls.count(b"RegisterApplication") > 0, "the one that is right", every=0.05)
    require_equal([calls.count(b"RegisterAdvertisement"), calls.count(b"RegisterApplication")], [1, 1], "what BlueZ was asked")
