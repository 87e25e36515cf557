# SPDX-License-Identifier: LGPL-2.1-or-later
"""Links and attributes against a peripheral that bluetoothd itself serves, on another controller."""

import time

from guest import HUB, HUB_PATH, LIB, expect_error, options_of, poll, require, require_equal

DEVICE = "org.blehub.Device1"
BASE = "5a1b{:04x}-7c1e-4a53-9e61-3f2c3a5d0001"


class _Link:
    """A hold on the peer, from the first controller to the second."""

    def __init__(self, world):
        world.plug_btvirt(2)
        poll(lambda: len(world.adapter_paths()) == 2, "two controllers", timeout=60)
        paths = world.adapter_paths()
        here, there = sorted(paths, key=paths.get)
        self.world = world
        peer = world.start("/usr/bin/python3", "-B", LIB / "peer.py", paths[there])
        require_equal(peer.stdout.readline(), "ready\n", "peer")
        began = time.monotonic()
        options = options_of({"Adapter": here, "AddressType": "public", "TimeoutMs": 25000})
        self.path, self.hold = world.bus.call(HUB, HUB_PATH, "org.blehub.Hub1.Connect", "(sa{sv})", there, options,
                                              timeout=40)
        self.seconds = time.monotonic() - began

    def call(self, method, signature, *arguments):
        return self.world.bus.call(HUB, self.path, f"{DEVICE}.{method}", signature, *arguments)

    def read(self, number):
        return bytes(self.call("Read", "(ssa{sv})", BASE.format(1), BASE.format(number), options_of({"TimeoutMs": 20000})))

    def write(self, number, value):
        self.call("Write", "(ssaya{sv})", BASE.format(1), BASE.format(number), value, options_of({"TimeoutMs": 20000}))


def a_device_never_scanned_is_connected_read_and_written(world):
    link = _Link(world)
    require_equal(link.read(0x11), b"\x0a\x0b", "value")
    require_equal(link.read(0x13), bytes(i & 0xff for i in range(512)), "long value")
    link.write(0x11, b"\x01\x02\x03")
    require_equal(link.read(0x11), b"\x01\x02\x03", "written value")
    with expect_error("Att.X80", "0x80"):
        link.read(0x12)
    mtu = world.bus.get(HUB, link.path, f"{DEVICE}.MTU")
    require(mtu > 23, f"MTU {mtu}")
    return f"connected in {link.seconds:.1f} s, MTU {mtu}"


def notifications_come_once_and_reads_of_our_own_are_none(world):
    link = _Link(world)
    subscription = link.call("Subscribe", "(ssa{sv})", BASE.format(1), BASE.format(0x11),
                             options_of({"Queue": 16, "TimeoutMs": 20000}))
    link.write(0x11, b"\x07")
    link.read(0x11)
    link.write(0x11, b"\x08")
    values = []
    for _ in range(4):
        value, _meta = world.bus.call(HUB, subscription, "org.blehub.Subscription1.Wait", "(a{sv})",
                                      options_of({"TimeoutMs": 20000}))
        values.append(bytes(value))
    require_equal(values, [b"\x07", b"\x07", b"\x08", b"\x08"], "values")
    with expect_error("Timeout"):
        world.bus.call(HUB, subscription, "org.blehub.Subscription1.Wait", "(a{sv})", options_of({"TimeoutMs": 1000}))


def the_last_release_drops_the_link(world):
    link = _Link(world)
    began = time.monotonic()
    world.bus.call(HUB, link.hold, "org.blehub.Hold1.Release")
    poll(lambda: not _connected(world), "the end of the link", every=0.05)
    return f"after {time.monotonic() - began:.2f} s"


def _connected(world):
    objects = world.bus.call("org.bluez", "/", "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
    return any(interfaces.get("org.bluez.Device1", {}).get("Connected") for interfaces in objects.values())
