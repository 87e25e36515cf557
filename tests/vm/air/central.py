# SPDX-License-Identifier: LGPL-2.1-or-later
"""A central: it hears what a controller advertises, connects to it, and uses what is served there.

Public methods without "on_" are what a case calls; see ../peers.py. What is asked over the link is begun and ends later, so that
several centrals can ask at the same time.
"""

import os
import time

from . import gatt, l2cap
from .client import PDUS, Client
from .device import Device
from .security import SECURITY_REQUEST, Initiator, private_address


class _Hearing:
    """Packets that are collected for a case."""

    def __init__(self, controller, count, ask, distinct, end):
        self.controller = controller
        self.count = count
        self.ask = ask
        self.distinct = distinct
        self.end = end
        self.packets = []

    def take(self, packet):
        if self.distinct and any(packet.content == known.content for known in self.packets):
            return
        self.packets.append(packet)
        if len(self.packets) == self.count:
            self.end()


class _Asked:
    """What was asked for, until its end was told to the case."""

    def __init__(self):
        self.outcome = None
        self.on_end = None

    def finish(self, outcome):
        self.outcome = outcome
        if self.on_end:
            self.on_end()


class Central(Device):
    """The link that it makes has these parameters: interval (1.25 ms), latency, supervision time (10 ms). `private`: its address is one
    that only the key resolves which it hands out when it pairs, and another one whenever told so."""

    def __init__(self, loop, controllers, address, name="phone", services=(), rssi=-50, mtu=517, public=False,
                 parameters=(24, 0, 100), private=False):
        super().__init__(loop, controllers, address, name, services, mtu, rssi, public)
        self.wanted_parameters = parameters
        self.hearing = None
        self.wanted = None  # the controller that it connects to
        self.client = self.initiator = None
        self.identity_key = os.urandom(16)
        self.bond = None  # the key that was kept
        if private:
            self.renew_address()
        self.table = gatt.Table()
        self.asked = {}
        self.told_values = []  # (name, value), in the order in which they came
        self.counts = {}  # of them, by name
        self.on_linked = None

    def renew_address(self):
        """Another private one; returns it."""
        self.identity = b"\x01" + private_address(self.identity_key)
        return ":".join(f"{octet:02X}" for octet in reversed(self.identity[1:]))

    # Advertisements

    def listens_to(self, controller):
        if self.link is None and self.wanted is controller:
            return True
        return self.hearing is not None and self.hearing.controller is controller

    def on_advertisement(self, controller, advertiser):
        """True to connect."""
        if self.hearing and self.hearing.controller is controller:
            self.hearing.take(advertiser.packet(self.hearing.ask, time.monotonic()))
        return self.wanted is controller and self.link is None

    def later_hear(self, answer, controller=0, count=1, timeout_s=30.0, ask=True, distinct=False):
        """The next packets of a controller; fewer when the time is over. `ask`: for scan responses, too; `distinct`: each once."""
        def end():
            self.loop.cancel(timer)
            hearing, self.hearing = self.hearing, None
            answer(True, hearing.packets)
        self.hearing = _Hearing(self.controllers[controller], count, ask, distinct, end)
        timer = self.loop.after(timeout_s, end)
        self.controllers[controller].advertiser.wake()

    # The link

    def later_connect(self, answer, controller=0, timeout_s=30.0):
        """Waits for a connectable advertisement of the controller; whether there is a link then."""
        def end(linked):
            self.loop.cancel(timer)
            self.wanted = self.on_linked = None
            answer(True, linked)
        timer = self.loop.after(timeout_s, end, False)
        self.wanted, self.on_linked = self.controllers[controller], lambda: end(True)
        self.wanted.advertiser.wake()

    def on_link_made(self, controller, link):
        super().on_link_made(controller, link)
        self.client = Client(self.server, lambda pdu: self._send(link, pdu), self._on_told)
        self.initiator = Initiator(lambda pdu: self.channels.send(l2cap.SECURITY, pdu),
                                   lambda key: controller.ask_for_key(link, key),
                                   (self.identity, controller.advertiser.identity()))
        self.on_linked()

    def on_link_lost(self, reason):
        super().on_link_lost(reason)
        self.client.lose()
        self.initiator.lose()

    def _on_att(self, pdu):
        if pdu[0] in PDUS:
            self.client.receive(pdu)
        else:
            super()._on_att(pdu)

    def _on_security(self, pdu):
        """BlueZ requests that a link with a bonded central is encrypted, which may be under way already."""
        requested = pdu[0] == SECURITY_REQUEST
        if self.initiator.is_busy():
            if not requested:
                self.initiator.receive(pdu)
        elif requested and self.bond:
            self.initiator.run(self._ask_encrypt(), lambda outcome: None)
        else:
            super()._on_security(pdu)

    def on_encrypted(self, success):
        self.initiator.on_encrypted(success)

    def mtu_in_force(self):
        return self.server.mtu

    # What is asked

    def begin(self, what, *arguments):
        """One of the verbs below; returns its number, for end()."""
        number, asked = len(self.asked), _Asked()
        self.asked[number] = asked
        if self.link is None:
            asked.finish(("lost", None))
        elif what in ("pair", "encrypt"):
            self.initiator.run(getattr(self, "_ask_" + what)(*arguments), asked.finish)
        else:
            self.client.run(getattr(self, "_ask_" + what)(*arguments), asked.finish)
        return number

    def is_done(self, number):
        return self.asked[number].outcome is not None

    def later_end(self, answer, number, timeout_s=30.0):
        """("value", result), ("refused", ATT error), ("lost", None) or ("late", None)."""
        asked = self.asked[number]

        def end():
            self.loop.cancel(timer)
            asked.on_end = None
            answer(True, asked.outcome or ("late", None))
        timer = self.loop.after(timeout_s, end)
        asked.on_end = end
        if asked.outcome:
            end()

    def _ask_exchange(self):
        yield from self.client.exchange_mtu(self.mtu)

    def _ask_discover(self):
        self.table = yield from self.client.discover()
        return {name: (attribute.handle, attribute.flags) for name, attribute in self.table.by_name.items()}

    def _ask_read(self, name):
        return (yield from self.client.read_long(self.table.find(name).handle))

    def _ask_write(self, name, value):
        yield from self.client.write(self.table.find(name).handle, value)

    def _ask_command(self, name, *values):
        for value in values:
            yield from self.client.command(self.table.find(name).handle, value)

    def _ask_write_long(self, name, value, execute=True):
        yield from self.client.write_long(self.table.find(name).handle, value, execute)

    def _ask_subscribe(self, name, bits=None):
        """bits: 1 notifications, 2 indications, 0 neither; None: as the characteristic can."""
        value = self.table.find(name)
        if bits is None:
            bits = 1 if value.flags & gatt.FLAGS["notify"] else 2
        yield from self.client.write(value.ccc.handle, bytes([bits, 0]))

    def _ask_pair(self, identity=None):
        """identity: a public address to be known by afterwards."""
        known = bytes(1) + bytes.fromhex(identity.replace(":", ""))[::-1] if identity else None
        self.bond = yield from self.initiator.pair(known, self.identity_key)

    def _ask_encrypt(self):
        yield from self.initiator.use(self.bond)

    # What is told

    def _on_told(self, handle, value, confirm):
        attribute = self.table.by_handle.get(handle)
        name = attribute.name if attribute else handle
        self.told_values.append((name, value))
        self.counts[name] = self.counts.get(name, 0) + 1
        kind = "indication" if confirm else "notification"
        self._log(kind, name, value)
        fault = self._take_fault(kind, name, value)
        self._act(fault.action if fault else {}, confirm or (lambda: None))

    def told(self, name=None):
        """Values that were notified or indicated since forget(), in order."""
        return [value for told, value in self.told_values if name is None or name.lower() == told]

    def count_told(self, name):
        return self.counts.get(name.lower(), 0)

    def later_wait_told(self, answer, name, count, timeout_s):
        """Whether so many values were, before that took too long."""
        self._later(answer, timeout_s, lambda: self.count_told(name) >= count)

    def forget(self):
        super().forget()
        self.told_values, self.counts = [], {}
