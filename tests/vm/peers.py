# SPDX-License-Identifier: LGPL-2.1-or-later
"""Peripherals and centrals that do what a case says: the case's side of the program in air/.

    air = world.air()
    peer = air.peer(services=[service("180f", characteristic("2a19", "read notify", b"\\x64"))])
    peer.fault("read", "2a19", error=0x80)
    ...
    peer.wait("read", "2a19")       # until it was asked for
    peer.vanish()

    central = air.central()
    packet, = central.hear()        # what controller 0 advertises: air.advertiser.Packet
    central.connect()               # MTU and services, too
    central.subscribe("2a19")
    central.read("2a19")
    central.wait_told("2a19", 3)    # until three values were notified; returns all
    central.vanish()

A peer has the public methods of air.peripheral.Peripheral, a central those of air.central.Central. All run in another process: a
call of one returns when it is done, and the daemons run on meanwhile.
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
        self._name(options)
        return Peer(self, self.order("air", "add", **options), options)

    def central(self, **options):
        """Options: see air.central.Central."""
        self._name(options)
        return Central(self, self.order("air", "add_central", **options), options)

    def advertises(self, number=0):
        """Whether a controller does."""
        return self.order("air", "advertises", number)

    def _name(self, options):
        self.peers += 1
        number = self.process.pid & 0xffff  # BlueZ remembers the services of an address, and not every peer tells of others
        options.setdefault("address", f"C0:00:00:{number >> 8:02X}:{number & 0xff:02X}:{self.peers:02X}")


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


class Refused(Exception):
    """An ATT error, its code in `code`."""

    def __init__(self, code):
        super().__init__(f"refused with 0x{code:02x}")
        self.code = code


class Lost(Exception):
    """The link went, or was not there."""


class Asked:
    """What a central asked for, not waited for."""

    def __init__(self, central, what, *arguments):
        self.central = central
        self.what = what
        self.number = central.order("begin", what, *arguments)

    def is_done(self):
        return self.central.order("is_done", self.number)

    def end(self, timeout_s=30.0):
        """Its result, when it has one; or Refused, or Lost."""
        kind, result = self.central.order("end", self.number, timeout_s)
        if kind == "refused":
            raise Refused(result)
        if kind == "lost":
            raise Lost(f"lost at {self.what}")
        if kind == "late":
            raise TimeoutError(f"waited {timeout_s:.0f} s for {self.what}")
        return result


class Central(Peer):
    """The verbs wait for the answer; ask() does not."""

    def order(self, method, *arguments, **named):
        return self.air.order(self.number, method, *arguments, **named)

    def hear(self, controller=0, count=1, timeout_s=30.0, **how):
        """So many packets; see Central.later_hear of the air."""
        packets = self.order("hear", controller, count, timeout_s, **how)
        if len(packets) < count:
            raise TimeoutError(f"heard {packets} in {timeout_s:.0f} s, wanted {count}")
        return packets

    def hears(self, controller=0, timeout_s=1.0):
        """Whether the controller advertises at all, listening for so long."""
        return bool(self.order("hear", controller, 1, timeout_s))

    def connect(self, controller=0, timeout_s=30.0, discover=True):
        """Then the MTU is agreed, and what is served is known by name unless told not to ask."""
        if not self.order("connect", controller, timeout_s):
            raise TimeoutError(f"waited {timeout_s:.0f} s for an advertisement to connect to")
        self.ask("exchange").end(timeout_s)
        if discover:
            self.discover()

    def ask(self, what, *arguments):
        """what: discover, read, write, command, write_long, subscribe, encrypt, pair (of which BlueZ asks its agent); see Central
        of the air."""
        return Asked(self, what, *arguments)

    def discover(self):
        """(handle, flags) by name."""
        return self.ask("discover").end()

    def read(self, name):
        return self.ask("read", name).end()

    def write(self, name, value):
        self.ask("write", name, value).end()

    def write_long(self, name, value, execute=True):
        self.ask("write_long", name, value, execute).end()

    def command(self, name, *values):
        """Without response."""
        self.ask("command", name, *values).end()

    def subscribe(self, name, bits=None):
        self.ask("subscribe", name, bits).end()

    def unsubscribe(self, name):
        self.subscribe(name, 0)

    def encrypt(self):
        """With the key of the bond."""
        self.ask("encrypt").end()

    def wait_told(self, name, count=1, timeout_s=30.0):
        """All values of a characteristic that were told since forget(), as soon as there are so many."""
        if not self.order("wait_told", name, count, timeout_s):
            raise TimeoutError(f"waited {timeout_s:.0f} s for {count} values of {name}, was told {self.told(name)}")
        return self.told(name)
