# SPDX-License-Identifier: LGPL-2.1-or-later
"""A peripheral: what it advertises and serves, what it does wrong when told to, and what was asked of it.

Public methods without "on_" are what a case calls; see ../peers.py.
"""

import random
import time

from . import att, gatt, hci, l2cap

_GENERIC_ACCESS, _GENERIC_ATTRIBUTE, SERVICE_CHANGED = "1800", "1801", "2a05"
_JITTER_S = 0.010


class Fault:
    """What to do instead of answering: delay (then answer), error, hang, disconnect (with this reason), vanish."""

    def __init__(self, kind, name, value, times, action):
        self.kind = kind
        self.name = name  # of the attribute; None: of any
        self.value = value  # that is written; None: any
        self.times = times  # how often from now on; None: always
        self.action = action

    def fits(self, kind, name, value):
        return kind == self.kind and self.times != 0 and self.name in (None, name) and self.value in (None, value)


class Peripheral:
    def __init__(self, loop, controllers, address, name="peer", services=(), advertise=True, rssi=-50, mtu=517,
                 interval_s=0.1, public=False, data=b""):
        self.loop = loop
        self.controllers = controllers
        self.identity = bytes([0 if public else 1]) + bytes.fromhex(address.replace(":", ""))[::-1]
        self.name = name
        self.rssi = rssi  # a number, or a list of one for each controller
        self.mtu = mtu
        self.interval_s = interval_s
        self.faults = []
        self.requests = []
        self.held = []  # requests that hang
        self.waits = []
        self.missed_connects = 0
        self.timer = None
        self.controller = self.link = self.server = self.channels = None
        self.deaf = False
        self.advertises = advertise
        self.set_database(services)
        self.set_advertising(data or b"\x02\x01\x06" + bytes([len(name) + 1, 9]) + name.encode())
        self.wake()

    # Advertising

    def set_advertising(self, data, scan_response=b""):
        self.advertising, self.scan_response = data, scan_response

    def advertise(self, enable=True):
        self.advertises = enable
        self.wake()

    def rssi_at(self, number):
        return self.rssi[number] if isinstance(self.rssi, list) else self.rssi

    def set_rssi(self, rssi):
        self.rssi = rssi

    def wake(self):
        """Somebody began to listen, or there is something to hear."""
        if not self.timer and self._is_on_air():
            self.timer = self.loop.after(random.random() * self.interval_s, self._advertise_once)

    def _is_on_air(self):
        return self.advertises and self.link is None and any(controller.listens() for controller in self.controllers)

    def _advertise_once(self):
        self.timer = None
        if not self._is_on_air():
            return
        self.timer = self.loop.after(self.interval_s + random.random() * _JITTER_S, self._advertise_once)
        now = time.monotonic()
        for controller in self.controllers:
            if controller.listens() and controller.hear(self, now):
                return

    # The link

    def miss_connects(self, times=1):
        """The next attempts make a link of which it hears nothing, so that the other side gives it up as not established."""
        self.missed_connects = times

    def misses_packets(self):
        misses = self.missed_connects > 0
        self.missed_connects -= misses
        return misses

    def on_link_made(self, controller, link):
        self.controller, self.link, self.deaf = controller, link, False
        self.channels = l2cap.Channels(lambda first, data: controller.send_data(link, first, data), self._on_att,
                                      self._on_pairing)
        self.server = att.Server(self, lambda pdu: self._send(link, pdu))
        self._log("connected")

    def _send(self, link, pdu):
        if self.link is link and not self.deaf:
            self.channels.send(l2cap.ATT, pdu)

    def on_data(self, first, data):
        if not self.deaf:
            self.channels.receive(first, data)

    def on_link_lost(self, reason):
        self.controller = self.link = None
        self.held = []
        self._log("disconnected", value=bytes([reason]))
        self.wake()

    def is_connected(self):
        return self.link is not None

    def disconnect(self, reason=hci.REMOTE_ENDED):
        """Ends the link; it goes on advertising if it did."""
        controller, link = self.controller, self.link
        if link:
            self.on_link_lost(reason)
            controller.end_link(link, reason)

    def vanish(self):
        """Out of range from now on: says nothing, hears nothing; the link dies of its supervision time."""
        self.advertises = False
        self.deaf = True
        if self.link:
            self.loop.after(self.link.supervision_s(), self._die, self.link)

    def _die(self, link):
        if self.link is link:
            self.disconnect(hci.SUPERVISION)

    def parameters(self):
        """Interval (1.25 ms), latency, supervision time (10 ms) of the link."""
        return self.link.interval, self.link.latency, self.link.supervision

    # The database

    def set_database(self, services, first=1, tell=False):
        """Another one; `tell`: says so by indicating Service Changed, whatever was subscribed to."""
        common = [gatt.service(_GENERIC_ACCESS, gatt.characteristic("2a00", "read", self.name.encode())),
                  gatt.service(_GENERIC_ATTRIBUTE, gatt.characteristic(SERVICE_CHANGED, "indicate", bytes(4)))]
        old = getattr(self, "database", None)
        self.database = gatt.Database([*common, *services], first)
        if tell and self.server:
            self.server.subscribed = {}
            self.server.indicate(old.find(SERVICE_CHANGED), b"\x01\x00\xff\xff")

    def set_mtu(self, mtu):
        """From the next exchange on."""
        self.mtu = mtu

    def set_value(self, name, value):
        self.database.find(name).value = value

    def value(self, name):
        return self.database.find(name).value

    def handle(self, name):
        return self.database.find(name).handle

    def on_stored(self, server, attribute):
        for _ in range(attribute.echo if server.is_subscribed(attribute) else 0):
            server.tell(attribute, attribute.value)

    def is_subscribed(self, name):
        return self.link is not None and self.server.is_subscribed(self.database.find(name))

    def tell(self, name, *values):
        """Notifies these values, or indicates them, one after the other's confirmation, subscribed or not."""
        attribute = self.database.find(name)
        for value in values:
            self.server.tell(attribute, value)

    def stream(self, name, count, period_s=0.0, size=4, first=0, store=False):
        """Values of this size that begin with a counter, one a period; those due together go together. `store`: they can be
        read, too."""
        self._stream_on(self.server, self.database.find(name), first, first + count, period_s, size, store,
                        time.monotonic())

    def _stream_on(self, server, attribute, number, end, period_s, size, store, began):
        while number < end and time.monotonic() >= began and self.server is server and self.link:
            value = number.to_bytes(4, "little") + bytes(size - 4)
            attribute.value = value if store else attribute.value
            server.tell(attribute, value)
            number += 1
            began += period_s
        if number < end and self.server is server and self.link:
            self.loop.after(began - time.monotonic(), self._stream_on, server, attribute, number, end, period_s, size,
                            store, began)

    # What goes wrong

    def fault(self, kind, name=None, value=None, times=None, **action):
        """From now on, for requests of this kind (of this attribute, with this value; "pairing" is a kind, too): one of
        error=0x80, delay=0.5, hang=True, disconnect=0x13, vanish=True. The newest that fits counts."""
        self.faults.insert(0, Fault(kind, name, value, times, action))

    def refuse(self, kind, name, codes, value=None):
        """The next requests of this kind get these errors, one each, in this order."""
        for code in reversed(codes):
            self.fault(kind, name, value, 1, error=code)

    def heal(self):
        """No faults any more; requests that hang go on hanging."""
        self.faults = []

    def release(self):
        """Answers what hangs."""
        held, self.held = self.held, []
        for answer in held:
            answer()

    def _on_att(self, pdu):
        self.server.receive(pdu)

    def _on_pairing(self, refuse):
        self._log("pairing")
        fault = self._take_fault("pairing", None, b"")
        self._act(fault.action if fault else {}, refuse)

    def on_request(self, server, kind, attribute, pdu, answer):
        name, value = attribute.name if attribute else None, pdu[3:] if attribute else pdu[1:]
        self._log(kind, name, value)
        fault = self._take_fault(kind, name, value)
        action = fault.action if fault else {}
        if "error" in action:
            server.refuse(pdu[0], attribute.handle if attribute else 0, action["error"])
        else:
            self._act(action, answer)

    def _act(self, action, answer):
        if "delay" in action:
            self.loop.after(action["delay"], answer)
        elif "hang" in action:
            self.held.append(answer)
        elif "disconnect" in action:
            self.disconnect(action["disconnect"])
        elif "vanish" in action:
            self.vanish()
        else:
            answer()

    def _take_fault(self, kind, name, value):
        fault = next((fault for fault in self.faults if fault.fits(kind, name, value)), None)
        if fault and fault.times is not None:
            fault.times -= 1
        return fault

    # What was asked

    def _log(self, kind, name=None, value=b""):
        self.requests.append((kind, name, value))
        for wait in list(self.waits):
            wait()

    def log(self, *kinds):
        """(kind, attribute's name, value) of every request since the start, in order; "connected" and "disconnected", too."""
        return [entry for entry in self.requests if not kinds or entry[0] in kinds]

    def forget(self):
        self.requests = []

    def count(self, kind, name=None):
        return sum(entry[0] == kind and name in (None, entry[1]) for entry in self.requests)

    def on_wait(self, reply, kind, name=None, count=1, timeout_s=30.0):
        """reply(true) when so many requests were seen since forget(), reply(false) when that took too long."""
        def look():
            if self.count(kind, name) >= count:
                end(True)

        def end(seen):
            self.loop.cancel(timer)
            self.waits.remove(look)
            reply(seen)
        timer = self.loop.after(timeout_s, end, False)
        self.waits.append(look)
        look()
