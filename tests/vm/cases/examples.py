# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples as they are installed, each run by another user than root until it is ended."""

import json
import pathlib

from air.gatt import characteristic, service
from guest import HUB, HUB_PATH, LIB, poll, require, require_equal
from scenarios import TICKER, TICKER_ADDRESS

EXAMPLES = pathlib.Path("/usr/share/doc/blehub/examples")
LINE = f"{TICKER_ADDRESS} -60 dBm Ticker\n"


def _print_reports(world, *command):
    world.plug(TICKER)
    program = world.start(*command, user="nobody")
    for _ in range(3):
        require_equal(program.stdout.readline(), LINE, f"a line of {command[-1]}")
    require_equal(world.bus.counters()["Streams"], 1, "streams while it runs")
    program.terminate()
    poll(lambda: world.bus.counters()["Streams"] == 0, "its stream to go")
    require_equal(world.bus.counters()["Scans"], 0, "scans left behind")


def the_example_in_c_prints_reports_by_the_installed_library(world):
    _print_reports(world, LIB / "example-scan")


def the_example_in_python_prints_reports(world):
    _print_reports(world, "/usr/bin/python3", EXAMPLES / "scan.py")


def the_example_in_node_prints_reports(world):
    _print_reports(world, "/usr/bin/node", EXAMPLES / "scan.js")


def what_subscribes_prints_values_also_after_a_lost_link(world):
    """The examples and blehubctl at the same time: they share the link. What is linked does not advertise, so all scan first."""
    peer = world.air().peer(services=[service("180d", characteristic("2a37", "notify"))], advertise=False,
                            data=bytes.fromhex("020106 03030d18"))
    programs = {name: world.start(*command, user="nobody") for name, command in {
        "c": [LIB / "example-subscribe"],
        "python": ["/usr/bin/python3", EXAMPLES / "subscribe.py"],
        "node": ["/usr/bin/node", EXAMPLES / "subscribe.js"],
    }.items()}
    poll(lambda: world.bus.counters()["Scans"] == len(programs), "all to scan", timeout=90)
    peer.advertise()
    programs["blehubctl"] = world.start("blehubctl", "--json", "subscribe", "--reconnect", "--address-type=random",
                                        peer.address, "180d", "2a37", user="nobody")
    poll(lambda: world.bus.counters()["Subscriptions"] == len(programs), "all to subscribe", timeout=90)
    for link, beats in enumerate([[60, 61, 62], [70, 71, 72]]):
        if link:
            peer.disconnect()
            poll(lambda: peer.is_connected() and peer.is_subscribed("2a37"), "the link and the subscription")
        peer.tell("2a37", *(bytes([0, beat]) for beat in beats))
        for name, program in programs.items():
            require_equal([_read_beat(peer, name, program) for _ in beats], beats, f"values of {name} from link {link}")
    require_equal(peer.count("connected"), 2, "links")
    for program in programs.values():
        program.terminate()
    poll(lambda: not any(world.bus.counters()[name] for name in ["Streams", "Subscriptions", "Holds", "Links"]),
         "everything of theirs to go")


def _read_beat(peer, name, program):
    line = program.stdout.readline()
    require(line, f"{name} has ended")
    if name == "blehubctl":
        return bytes.fromhex(json.loads(line)["Value"])[1]
    address, beat, unit = line.split()
    require_equal((address, unit), (peer.address, "bpm"), f"a line of {name}")
    return int(beat)


def _require_lines(program, *lines):
    require_equal(sorted(program.stdout.readline() for _ in lines), sorted(lines), f"what {program.args} says")


def _count_subscribers(bus, uuid):
    """Of the only application there is, whose it may be: root sees it."""
    objects = bus.call(HUB, HUB_PATH, "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
    application, = (path for path in objects if "/application/" in path)
    return bus.call(HUB, application, "org.blehub.Application1.Subscribers", "(ssa{sv})", "", uuid, {})[1]["Count"]


def examples_relay_gather_and_save_power(world):
    """One of each language: a strap is served to a phone, two thermometers are read at once, the radio rests between."""
    world.forget_votes()
    air = world.air()
    phone = air.central()
    strap = air.peer(services=[service("180d", characteristic("2a37", "notify")),
                               service("180f", characteristic("2a19", "read", b"\x37"))])
    thermometers = [air.peer(services=[service("181a", characteristic("2a6e", "notify"))], data=bytes.fromhex("03031a18"))
                    for _ in range(2)]
    programs = [world.start(*command, user="nobody") for command in [
        [LIB / "example-relay", strap.address], ["/usr/bin/node", EXAMPLES / "gather.js"]]]
    relay, gather = programs
    for peer, characteristic_uuid in [(strap, "2a37"), *((it, "2a6e") for it in thermometers)]:
        poll(lambda it=peer, name=characteristic_uuid: it.is_subscribed(name), f"a subscription to {characteristic_uuid}")
    phone.connect()
    phone.subscribe("2a37")
    poll(lambda: _count_subscribers(world.bus, "2a37") == 1, "the subscription of the phone", every=0.05)
    strap.tell("2a37", b"\x00\x48", b"\x00\x49")
    for number, peer in enumerate(thermometers):
        peer.tell("2a6e", (2150 + number).to_bytes(2, "little"))
    _require_lines(relay, "72 bpm\n", "73 bpm\n")
    require_equal(phone.wait_told("2a37", 2), [b"\x00\x48", b"\x00\x49"], "what the phone was told")
    _require_lines(gather, *(f"{peer.address} 21.{50 + number} degrees\n" for number, peer in enumerate(thermometers)))
    phone.disconnect()
    for program in programs:
        program.terminate()
    poll(lambda: not any(world.bus.counters()[name] for name in ["Applications", "Advertisements", "Holds", "Links"]),
         "everything of theirs to go", every=0.05)
    duty = world.start("/usr/bin/python3", EXAMPLES / "duty.py", strap.address, "0.1", "0.1", user="nobody")
    _require_lines(duty, *["55 %, radio off\n"] * 2)
    require(strap.count("read", "2a19") >= 2, "the battery was not read each time")
