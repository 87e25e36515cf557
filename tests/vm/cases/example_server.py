# SPDX-License-Identifier: LGPL-2.1-or-later
"""BlueZ's own example of a GATT server as the peer: everything that it offers."""

from central_link import Link
from guest import RemoteError, expect_error, poll, require, require_equal

EXAMPLES = "/usr/share/doc/bluez-test-scripts/examples"
TEST, OPEN, NOTE, ENCRYPTED = (f"12345678-1234-5678-1234-56789abcdef{number}" for number in (0, 1, 2, 3))
HEART, RATE, LOCATION, CONTROL = "180d", "2a37", "2a38", "2a39"


class _Server:
    """The example, on whichever controller it chooses, and an advertisement of it."""

    address_type = "public"

    def __init__(self, world):
        world.plug_btvirt(2)
        poll(lambda: len(world.adapter_paths()) == 2, "two controllers", timeout=60)
        self.world = world
        for name in ["example-gatt-server", "example-advertisement"]:
            world.start("/usr/bin/python3", "-B", "-u", f"{EXAMPLES}/{name}")
        poll(lambda: self._find("UUIDs", lambda uuids: TEST in uuids), "the example's services")
        self.path, self.address = self._find("UUIDs", lambda uuids: TEST in uuids)
        poll(lambda: self._advertises(), "its advertisement")
        self.other = next(address for address in world.adapter_paths() if address != self.address)

    def _find(self, prop, fits):
        for address, path in self.world.adapter_paths().items():
            if fits(self.world.bus.get("org.bluez", path, f"org.bluez.Adapter1.{prop}")):
                return path, address
        return None

    def _advertises(self):
        return self.world.bus.get("org.bluez", self.path, "org.bluez.LEAdvertisingManager1.ActiveInstances") > 0


def bluez_example_server_is_used_in_all_that_it_offers(world):
    server = _Server(world)
    link = Link(world.bus, server, Adapter=server.other)
    require_equal(link.read(LOCATION, HEART), b"\x01", "location")
    link.write(CONTROL, b"\x01", HEART)
    with expect_error("Att.X80", "0x80"):
        link.write(CONTROL, b"\x02", HEART)
    with expect_error("Att.InvalidAttributeValueLength", "0x0d"):
        link.write(CONTROL, b"\x01\x02", HEART)
    with expect_error("NotSupported"):
        link.read(CONTROL, HEART)

    rates = link.subscribe(RATE, HEART, Queue=4)
    for value in rates.values(2):
        require(value[0] & 0x06 == 0x06 and 90 <= value[1] <= 130, f"heart rate {value.hex()}")
    rates.release()

    require_equal(link.read(OPEN, TEST), b"", "value at first")
    value = bytes(range(256))
    link.write(OPEN, value, TEST)
    require_equal(link.read(OPEN, TEST), value, "value written in parts and read in parts")
    with expect_error("Att.UnlikelyError", "0x0e"):  # the example makes bytes of letters, which Python 3 refuses
        link.read_descriptor(OPEN, NOTE, TEST)
    with expect_error("Att.RequestNotSupported", "0x06"):
        link.write_descriptor(OPEN, NOTE, b"x", TEST)
    link.write_descriptor(OPEN, "2901", b"mine", TEST)
    require_equal(link.read_descriptor(OPEN, "2901", TEST), b"mine", "description")
    require(link.read("2a19", "180f")[0] <= 100, "battery")
    return _refusal(link)


def _refusal(link):
    """What needs a bond that nobody asked for is refused: never given, and not with a byte that was not sent. BlueZ may leave the
    read without an answer when the pairing is declined, and blehubd ends it."""
    try:
        link.read(ENCRYPTED, TEST)
    except RemoteError as error:
        honest = ["Disconnected", "Timeout", "Att.Hidden", "Att.InsufficientEncryption", "Att.InsufficientAuthentication"]
        require(error.name in honest, f"refused by {error}")
        return f"encrypted: {error.name}"
    raise AssertionError("read without a bond")
