# SPDX-License-Identifier: LGPL-2.1-or-later
"""blehubctl in the peripheral role, with another controller of the same machine as the central."""

import json
import pathlib

from guest import require, require_equal
from pair import Pair
from scenarios import uuid

CTL = "/usr/bin/blehubctl"
EXAMPLES = pathlib.Path("/usr/share/doc/blehub/examples")


def _plug_two(world):
    pair = Pair(world)
    return pair.address, pair.central


def _follow(program, name):
    """The next event of this name."""
    while True:
        line = program.stdout.readline()
        require(line, f"it ended before it said {name}")
        event = json.loads(line)
        if event["Event"] == name:
            return event


def _central(world, verb, server, adapter, *words):
    return world.run(CTL, verb, "--adapter", adapter, "--address-type", "public", "--timeout", "20", "--connect-timeout",
                     "20", server, *words, timeout=60).stdout


def blehubctl_serves_a_file_that_a_central_reads_and_writes(world):
    server, central = _plug_two(world)
    serve = world.start(CTL, "--json", "serve", EXAMPLES / "environmental-sensing.conf", "--adapter", server, "--set=-")
    require_equal(_follow(serve, "state")["State"], "registered", "its application")
    data = bytes.fromhex(_follow(serve, "packets")["AdvertisingData"])
    require(bytes.fromhex("1a18") in data, f"no service in {data.hex()}")
    require_equal(_follow(serve, "state")["State"], "active", "its advertisement")

    world.run(CTL, "connect", "--adapter", central, "--address-type", "public", "--connect-timeout", "20", "--lease", "300",
              server, timeout=60)
    require_equal(_follow(serve, "connected")["Address"], central, "who came")
    require_equal(_central(world, "read", server, central, "181a", "2a6e", "--as", "i16le"), "2150\n", "temperature")
    require_equal(_central(world, "read", server, central, "181a", "2a6e", "--descriptor", "2901", "--as", "utf8"),
                  "indoors\n", "description")
    _central(world, "write", server, central, "1802", "2a06", "02", "--no-response")
    written = _follow(serve, "written")
    require_equal((written.get("Address"), written["Characteristic"], written["Value"]),
                  (central, uuid("2a06"), "02"), "what was written")

    values = world.start(CTL, "subscribe", "--adapter", central, "--address-type", "public", "--timeout", "20", "--count",
                         "2", "--as", "i16le", server, "181a", "2a6e")
    require_equal(_follow(serve, "subscribers")["Count"], 1, "subscribers")
    serve.stdin.write("181a/2a6e=i16le:2230\n181a/2a6e=i16le:-40\n")
    serve.stdin.flush()
    require_equal([values.stdout.readline() for _ in range(2)], ["2230\n", "-40\n"], "notified")
    world.run(CTL, "disconnect", server)
    require_equal(_follow(serve, "disconnected")["Address"], central, "who went")


def blehubctl_advertises_a_beacon_that_is_heard_to_the_byte(world):
    server, central = _plug_two(world)
    beacon = world.start(CTL, "--json", "advertise", "--adapter", server, "iBeacon",
                         "UUID=e2c56db5-dffb-48d2-b060-d0f5a71096e0", "Major=1", "Minor=2")
    sent = _follow(beacon, "packets")["AdvertisingData"]
    require_equal(_follow(beacon, "state")["State"], "active", "its state")
    rows = world.run(CTL, "--json", "discover", "--adapter", central, "--manufacturer", "004c", "--count", "1", "--duration",
                     "20", timeout=60).stdout.splitlines()
    heard = json.loads(rows[0])["ManufacturerData"]["004c"]
    require_equal(heard, "0215e2c56db5dffb48d2b060d0f5a71096e000010002c5", "data of the company")
    require(heard in sent, f"{heard} is not in {sent}")


def blehubctl_switches_the_radio_off_and_what_was_served_comes_back(world):
    world.forget_votes()
    server, _central_address = _plug_two(world)
    serve = world.start(CTL, "--json", "serve", EXAMPLES / "duty.conf", "--adapter", server)
    require_equal(_follow(serve, "state")["State"], "registered", "at first")
    require_equal(_follow(serve, "packets")["Event"], "packets", "packets")
    require_equal(_follow(serve, "state")["State"], "active", "its advertisement")
    require_equal(world.run(CTL, "radio", "off", "--timeout", "20", timeout=60).stdout, "off\n", "radio off")
    require_equal({_follow(serve, "state")["State"] for _ in range(2)}, {"waiting"}, "both while it is off")
    world.run(CTL, "radio", "on", "--timeout", "20", timeout=60)
    require_equal({_follow(serve, "state")["State"] for _ in range(2)}, {"registered", "active"}, "both afterwards")
