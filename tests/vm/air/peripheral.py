# SPDX-License-Identifier: LGPL-2.1-or-later
"""A peripheral: what it advertises and serves, what it does wrong when told to, and what was asked of it.

Public methods without "on_" are what a case calls; see ../peers.py.
"""

import random
import time

from .device import SERVICE_CHANGED, Device

_JITTER_S = 0.010


class Peripheral(Device):
    def __init__(self, loop, controllers, address, name="peer", services=(), advertise=True, rssi=-50, mtu=517,
                 interval_s=0.1, public=False, data=b""):
        super().__init__(loop, controllers, address, name, services, mtu, rssi, public)
        self.interval_s = interval_s
        self.missed_connects = 0
        self.timer = None
        self.advertises = advertise
        self.set_advertising(data or b"\x02\x01\x06" + bytes([len(name) + 1, 9]) + name.encode())
        self.wake()

    # Advertising

    def set_advertising(self, data, scan_response=b""):
        self.advertising, self.scan_response = data, scan_response

    def advertise(self, enable=True):
        self.advertises = enable
        self.wake()

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

    def vanish(self):
        self.advertises = False
        super().vanish()

    # The database

    def set_database(self, services, first=1, tell=False):
        """Another one; `tell`: says so by indicating Service Changed, whatever was subscribed to."""
        old = getattr(self, "database", None)
        super().set_database(services, first)
        if tell and self.server:
            self.server.subscribed = {}
            self.server.indicate(old.find(SERVICE_CHANGED), b"\x01\x00\xff\xff")

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
