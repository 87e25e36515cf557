# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a peer has: found by UUID, listed whole, and found anew when it changes."""

import json

from air.gatt import characteristic, descriptor, service
from central_link import Link
from guest import RemoteError, expect_error, poll, require, require_equal
from scenarios import uuid

OWN, OWN_VALUE, OWN_NOTE = (f"5a1b{number:04x}-7c1e-4a53-9e61-3f2c3a5d0001" for number in (1, 2, 3))
ALL_FLAGS = "broadcast read write-without-response write notify indicate authenticated-signed-writes"
SERVICES = [service("180f", characteristic("2a19", "read notify", b"\x64")),
            service("1815", characteristic("2a56", "read write", b"\x01", descriptor("2904", bytes(7))),
                    characteristic("2a56", ALL_FLAGS, b"\x02", descriptor("2901", b"second"))),
            service(OWN, characteristic(OWN_VALUE, "read", b"\x03\x04", descriptor(OWN_NOTE, b"\x05"))),
            service("1815", characteristic("2a56", "write", b""))]


def _short(row):
    return row["UUID"].removesuffix("-0000-1000-8000-00805f9b34fb").removeprefix("0000")


def _tree(services):
    """(service, [(characteristic, instance, properties, [descriptors])]) of each."""
    return [(_short(row), [(_short(each), each["Instance"], each["Properties"],
                            [_short(note) for note in each["Descriptors"]]) for each in row["Characteristics"]])
            for row in services]


def services_are_listed_with_everything_that_they_have(world):
    peer = world.air().peer(name="Everything", services=SERVICES)
    world.bus.hub("Discover", Count=1, DurationMs=20000)  # or the name would be unknown
    link = Link(world.bus, peer)
    services = [row for row in link.call("Services", "", Values=True) if _short(row) not in ("1800", "1801")]
    battery, *rest = _tree(services)
    require(battery in [("180f", [("2a19", 0, 0x12, notes)]) for notes in ([], ["2902"])], f"battery: {battery}")
    require_equal(rest, [
        ("1815", [("2a56", 0, 0x0a, ["2904"]), ("2a56", 1, 0x7f, ["2902", "2901"])]),
        (OWN, [(OWN_VALUE, 0, 0x02, [OWN_NOTE])]),
        ("1815", [("2a56", 2, 0x08, [])])], "tree")
    chosen = services[1]["Characteristics"]
    require_equal([(row["Handle"], bytes(row["Value"])) for row in chosen],
                  [(peer.handle("2a56"), b"\x01"), (peer.handle("2a56#1"), b"\x02")], "handles and values")
    require_equal(chosen[1]["Flags"], ALL_FLAGS.split(), "flags")
    require_equal(bytes(chosen[1]["Descriptors"][1]["Value"]), b"second", "value of a descriptor")
    require_equal([("Value" in row, "ValueError" in row) for row in services[3]["Characteristics"]], [(False, False)],
                  "what cannot be read")
    _require_json(link)


def _require_json(link):
    told = json.loads(link.call("Explore", ""))
    require_equal(told["device_name"], "Everything", "device_name")
    services = {row["uuid"]: row["characteristics"] for row in told["services"]}
    require_equal(services[OWN], [{"uuid": OWN_VALUE, "properties": ["READ"], "value": "0304"}], "own service")
    require_equal(services[uuid("180f")], [{"uuid": uuid("2a19"), "properties": ["READ", "NOTIFY"], "value": "64"}],
                  "battery")


def attributes_are_found_by_uuid_and_instance(world):
    peer = world.air().peer(services=SERVICES)
    link = Link(world.bus, peer)
    for instance, value in enumerate([b"\x01", b"\x02"]):
        require_equal(link.read("2a56", "1815", Instance=instance), value, f"instance {instance}")
        row = link.find("1815", "2a56", Instance=instance)
        require_equal(row["Handle"], peer.handle("2a56#1" if instance else "2a56"), f"handle of instance {instance}")
    require_equal(link.read(OWN_VALUE), b"\x03\x04", "without a service")
    require_equal(link.read_descriptor("2a56", "2901", "1815", Instance=1), b"second", "descriptor")
    require_equal(_short(link.find(OWN, "")), OWN, "a service")
    for arguments, options in [((OWN, "2a56"), {}), (("1816", ""), {}), (("", "2aff"), {}),
                               (("1815", "2a56"), {"Instance": 9})]:
        with expect_error("NotFound"):
            link.find(*arguments, **options)
    with expect_error("NotFound"):
        link.read_descriptor("2a56", "2901", "1815")
    with expect_error("InvalidArguments"):
        link.find("heart", "rate")
    peer.forget()
    with expect_error("NotSupported"):
        link.read("2a56", "1815", Instance=2)
    require_equal(peer.log(), [], "asked of the peer")


def the_battery_is_read_and_told_of_though_bluez_keeps_it(world):
    peer = world.air().peer(services=SERVICES)
    link = Link(world.bus, peer)
    require_equal(link.read("2a19", "180f"), b"\x64", "level")
    subscription = link.subscribe("2a19", Queue=8)
    peer.set_value("2a19", b"\x05")
    peer.tell("2a19", b"\x63", b"\x05")
    require_equal(subscription.values(2), [b"\x63", b"\x05"], "levels told")
    require_equal(link.read("2a19"), b"\x05", "level then")


BEFORE = [service("180d", characteristic("2a37", "notify", b""), characteristic("2a38", "read", b"\x01"))]
AFTER = [service("180a", characteristic("2a29", "read", b"maker"), characteristic("2a24", "read", b"model")),
         service("180d", characteristic("2a38", "read", b"\x02"), characteristic("2a37", "notify", b""))]


def a_changed_database_is_found_anew_and_subscriptions_follow_by_uuid(world):
    peer = world.air().peer(services=BEFORE)
    link = Link(world.bus, peer)
    subscription = link.subscribe("2a37", Queue=8)
    require_equal(link.read("2a38"), b"\x01", "value before")
    peer.forget()
    peer.set_database(AFTER, tell=True)
    peer.wait("subscribe", "2a37/2902")
    require_equal(link.read("2a38"), b"\x02", "value after")
    require_equal(link.read("2a29"), b"maker", "value of what is new")
    peer.tell("2a37", b"\x07")
    require_equal(subscription.wait()[0], b"\x07", "told")
    require_equal(link.get("State"), "ready", "state")
    require_equal(peer.count("disconnected"), 0, "links lost")

    peer.set_database(BEFORE, tell=True)
    poll(lambda: _error_of(link) == "NotFound", "the end of what was new")


MORE = [*BEFORE, service(OWN, characteristic(OWN_VALUE, "read", b"\x03"))]


def calls_under_way_when_the_services_change_are_answered_or_say_why(world):
    peer = world.air().peer(services=BEFORE)
    link = Link(world.bus, peer)
    peer.fault("read", "2a38", times=1, hang=True)
    calls = [link.begin("Read", "ss", "", "2a38") for _ in range(2)]
    peer.wait("read", "2a38")
    peer.set_database(MORE, tell=True)
    peer.wait("confirm")
    peer.release()
    notes = [_outcome_of(call) for call in calls]
    poll(lambda: _error_of(link, OWN_VALUE) == "", "what is new")
    require_equal(link.read("2a38"), b"\x01", "value then")
    require_equal((link.get("State"), peer.count("disconnected")), ("ready", 0), "state, and links lost")
    return ", ".join(notes)


def _outcome_of(call):
    try:
        value = bytes(call.wait())
    except RemoteError as error:
        require(error.name == "NotFound", str(error))
        return error.name
    require_equal(value, b"\x01", "value")
    return "answered"


def _error_of(link, uuid="2a29"):
    try:
        link.read(uuid)
    except RemoteError as error:
        return error.name
    return ""
