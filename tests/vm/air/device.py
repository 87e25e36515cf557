# SPDX-License-Identifier: LGPL-2.1-or-later
"""What peripherals and centrals have in common: an address, a link, what they serve, what goes wrong when told to, and a log.

Public methods without "on_" are what a case calls; see ../peers.py. One that begins with "later_" answers later.
"""

from . import att, gatt, hci, l2cap

_GENERIC_ACCESS, _GENERIC_ATTRIBUTE, SERVICE_CHANGED = "1800", "1801", "2a05"


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


class Device:
    def __init__(self, loop, controllers, address, name, services=(), mtu=517, rssi=-50, public=False):
        self.loop = loop
        self.controllers = controllers
        self.identity = bytes([0 if public else 1]) + bytes.fromhex(address.replace(":", ""))[::-1]
        self.name = name
        self.mtu = mtu
        self.rssi = rssi  # a number, or a list of one for each controller
        self.faults = []
        self.requests = []
        self.held = []  # what hangs
        self.waits = []
        self.controller = self.link = self.server = self.channels = None
        self.deaf = False
        self.set_database(services)

    def rssi_at(self, number):
        return self.rssi[number] if isinstance(self.rssi, list) else self.rssi

    def set_rssi(self, rssi):
        self.rssi = rssi

    def wake(self):
        """Somebody began to listen."""

    def listens_to(self, _controller):
        """Whether it hears what the controller advertises."""
        return False

    # The link

    def misses_packets(self):
        """Whether it hears nothing of the link that was just made."""
        return False

    def on_link_made(self, controller, link):
        self.controller, self.link, self.deaf = controller, link, False
        self.channels = l2cap.Channels(lambda first, data: controller.send_data(link, first, data), self._on_att,
                                      self._on_security)
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
        """Ends the link; a peripheral goes on advertising if it did."""
        controller, link = self.controller, self.link
        if link:
            self.on_link_lost(reason)
            controller.end_link(link, reason)

    def vanish(self):
        """Out of range from now on: says nothing, hears nothing; the link dies of its supervision time."""
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

    def set_database(self, services, first=1):
        common = [gatt.service(_GENERIC_ACCESS, gatt.characteristic("2a00", "read", self.name.encode())),
                  gatt.service(_GENERIC_ATTRIBUTE, gatt.characteristic(SERVICE_CHANGED, "indicate", bytes(4)))]
        self.database = gatt.Database([*common, *services], first)

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

    def _on_security(self, pdu):
        if pdu[0] == l2cap.PAIRING_FAILED:
            return
        self._log("pairing")
        fault = self._take_fault("pairing", None, b"")
        self._act(fault.action if fault else {}, self.channels.refuse_pairing)

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

    def later_wait(self, answer, kind, name=None, count=1, timeout_s=30.0):
        """Whether so many requests were seen since forget(), before that took too long."""
        self._later(answer, timeout_s, lambda: self.count(kind, name) >= count)

    def _later(self, answer, timeout_s, holds):
        """Answers true once something of the log holds, or false when the time is over."""
        def look():
            if holds():
                end(True)

        def end(seen):
            self.loop.cancel(timer)
            self.waits.remove(look)
            answer(True, seen)
        timer = self.loop.after(timeout_s, end, False)
        self.waits.append(look)
        look()
