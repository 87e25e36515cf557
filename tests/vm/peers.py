# SPDX-License-Identifier: LGPL-2.1-or-later
"""Peripherals that do what a case says: the case's side of the program in air/.

    air = world.air()
    peer = air.peer(services=[service("180f", characteristic("2a19", "read notify", b"\\x64"))])
    peer.fault("read", "2a19", error=0x80)
    ...
    peer.wait("read", "2a19")       # until it was asked for
    peer.vanish()

A peer has the public methods of air.peripheral.Peripheral. All run in another process: a call of one returns when it is done,
and the daemons run on meanwhile.
"""

import pathlib
import pickle
import subprocess

LIB = pathlib.Path(__file__).resolve().parent
PROGRAM = ["/usr/bin/python3", "-B", "-m", "air"]


class Air:
    """One process with controllers, plugged in, and the peripherals around them."""

    def __init__(self, controllers, links):
        self.addresses = [f"00:AA:02:00:00:{number + 1:02X}" for number in range(controllers)]
        self.process = subprocess.Popen([*PROGRAM, str(controllers), str(links)], cwd=LIB, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.peers = 0

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def order(self, target, method, *arguments, **named):
        pickle.dump((target, method, arguments, named), self.process.stdin)
        self.process.stdin.flush()
        success, result = pickle.load(self.process.stdout)
        if not success:
            raise AssertionError(result)
        return result

    def plug(self, number=0):
        self.order("air", "plug", number)

    def unplug(self, number=0):
        self.order("air", "unplug", number)

    def listens(self, number=0):
        """Whether a controller scans, or wants to connect."""
        return self.order("air", "listens", number)

    def peer(self, **options):
        """Options: see Peripheral. It advertises unless told not to."""
        self.peers += 1
        number = self.process.pid & 0xffff  # BlueZ remembers the services of an address, and not every peer tells of others
        options.setdefault("address", f"C0:00:00:{number >> 8:02X}:{number & 0xff:02X}:{self.peers:02X}")
        return Peer(self, self.order("air", "add", **options), options)


class Peer:
    def __init__(self, air, number, options):
        self.air = air
        self.number = number
        self.address = options["address"]
        self.address_type = "public" if options.get("public") else "random"

    def __getattr__(self, method):
        return lambda *arguments, **named: self.air.order(self.number, method, *arguments, **named)

    def wait(self, kind, name=None, count=1, timeout_s=30.0):
        """Until so many requests of this kind (of this attribute) came since the start, or since forget()."""
        seen = self.air.order(self.number, "wait", kind, name, count, timeout_s)
        if not seen:
            raise TimeoutError(f"waited {timeout_s:.0f} s for {count} {kind} {name or ''}, was asked: {self.log()}")
