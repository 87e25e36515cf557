# SPDX-License-Identifier: LGPL-2.1-or-later
"""blehubctl on a device: what it prints."""

import json

from air.gatt import characteristic, descriptor, service
from guest import require, require_equal
from scenarios import uuid

OWN = "5a1b0001-7c1e-4a53-9e61-3f2c3a5d0001"
SERVICES = [service("180d", characteristic("2a37", "notify", b"", descriptor("2901", b"beats")),
                    characteristic("2a38", "read write", b"\x01\x02")),
            service(OWN, characteristic("2a58", "read write-without-response", b"hello"))]
CTL = "/usr/bin/blehubctl"


def _ctl(world, verb, peer, *words, code=0):
    done = world.run(CTL, verb, "--address-type", "random", "--timeout", "20", "--connect-timeout", "20", peer.address,
                     *words, check=False, timeout=60)
    require_equal((done.returncode, done.stderr if not code else ""), (code, ""), f"{verb} {' '.join(words)}")
    return done.stdout if not code else done.stderr


def blehubctl_explores_reads_writes_and_transacts(world):
    peer = world.air().peer(name="Strap", services=SERVICES)
    world.bus.hub("Discover", Count=1, DurationMs=20000)  # or the name would be unknown
    world.run(CTL, "connect", "--address-type", "random", "--connect-timeout", "20", "--lease", "120", peer.address,
              timeout=60)
    head, *tree = _ctl(world, "explore", peer).splitlines()
    require_equal(head, f"Strap ({peer.address})", "head")
    require_equal(tree[-7:], [
        "180d Heart Rate",
        "  2a37 Heart Rate Measurement [notify]",
        "    2902 Client Characteristic Configuration = 0000",
        '    2901 Characteristic User Description = 6265617473 "beats"',
        "  2a38 Body Sensor Location [read, write] = 0102",
        OWN,
        '  2a58 Analog [read, write-without-response] = 68656c6c6f "hello"'], "tree")
    told = json.loads(_ctl(world, "explore", peer, "--json"))
    require_equal(set(told), {"device_name", "services"}, "keys")
    require_equal(told["services"][-1], {"uuid": OWN, "characteristics": [
        {"uuid": uuid("2a58"), "properties": ["READ", "WRITE_WITHOUT_RESPONSE"], "value": "68656c6c6f"}]}, "service")

    require_equal(_ctl(world, "read", peer, "180d", "2a38", "--as", "u16le"), "513\n", "read as a number")
    require_equal(_ctl(world, "read", peer, "-", "2a58", "--as", "utf8"), "hello\n", "read as text")
    require_equal(_ctl(world, "read", peer, "180d", "2a37", "--descriptor", "2901"), "6265617473\n", "descriptor")
    require_equal(json.loads(_ctl(world, "read", peer, "180d", "2a38", "--as", "u16le", "--json")),
                  {"Value": "0102", "Decoded": 513}, "read as JSON")
    _ctl(world, "write", peer, "180d", "2a38", "1", "0xff", "--as", "u8")
    require_equal(peer.value("2a38"), b"\x01\xff", "written")
    require_equal(_ctl(world, "transact", peer, "write", "-", "2a58", "as=utf8", "by", "by", "--", "read", "-", "2a58",
                       "as=utf8", "--", "mtu"), "write - 2a58\nread - 2a58: by by\nmtu: 517\n", "transacted")
    peer.fault("read", "2a38", error=0x80)
    require("0x80 " in _ctl(world, "read", peer, "180d", "2a38", code=1), "the message has no byte")
    require_equal(world.run(CTL, "disconnect", peer.address).stdout, "1 released\n", "disconnect")
    peer.wait("disconnected")


def blehubctl_holds_a_device_and_says_what_becomes_of_the_link(world):
    peer = world.air().peer(services=SERVICES)
    holder = world.start(CTL, "connect", "--address-type", "random", "--connect-timeout", "20", "--reconnect",
                         peer.address)
    require_equal(holder.stdout.readline(), f"{peer.address} ready, MTU 517\n", "at first")
    peer.disconnect()
    require_equal(holder.stdout.readline(), f"{peer.address} waiting (remote)\n", "when it left")
    rest = [holder.stdout.readline(), holder.stdout.readline()]
    require_equal(rest, [f"{peer.address} connecting\n", f"{peer.address} ready, MTU 517\n"], "when it was back")
