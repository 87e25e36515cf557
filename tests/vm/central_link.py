# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hold on a device, as a client of org.blehub sees it."""

from guest import HUB, HUB_PATH, options_of

DEVICE = "org.blehub.Device1"
PATIENCE_MS = 20000


class Link:
    """Made by Hub1.Connect; everything by UUID, with time enough for an emulated machine unless TimeoutMs says otherwise."""

    def __init__(self, bus, peer, **options):
        options = {"AddressType": peer.address_type, "TimeoutMs": PATIENCE_MS, **options}
        self.bus = bus
        self.path, self.hold = bus.call(HUB, HUB_PATH, "org.blehub.Hub1.Connect", "(sa{sv})", peer.address,
                                        options_of(options), timeout=40)

    def call(self, method, signature, *arguments, timeout=40, **options):
        options = options_of({"TimeoutMs": PATIENCE_MS, **options})
        return self.bus.call(HUB, self.path, f"{DEVICE}.{method}", f"({signature}a{{sv}})", *arguments, options,
                             timeout=timeout)

    def begin(self, method, signature, *arguments, **options):
        """The same, not waited for; see guest.Pending."""
        options = options_of({"TimeoutMs": PATIENCE_MS, **options})
        return self.bus.begin(HUB, self.path, f"{DEVICE}.{method}", f"({signature}a{{sv}})", *arguments, options,
                              timeout=40)

    def find(self, service, uuid, **options):
        return self.bus.call(HUB, self.path, f"{DEVICE}.Find", "(ssa{sv})", service, uuid, options_of(options))

    def read(self, uuid, service="", **options):
        return bytes(self.call("Read", "ss", service, uuid, **options))

    def write(self, uuid, value, service="", **options):
        self.call("Write", "ssay", service, uuid, value, **options)

    def read_descriptor(self, uuid, descriptor, service="", **options):
        return bytes(self.call("ReadDescriptor", "sss", service, uuid, descriptor, **options))

    def write_descriptor(self, uuid, descriptor, value, service="", **options):
        self.call("WriteDescriptor", "sssay", service, uuid, descriptor, value, **options)

    def subscribe(self, uuid, service="", **options):
        return Subscription(self.bus, self.call("Subscribe", "ss", service, uuid, **options))

    def get(self, prop):
        return self.bus.get(HUB, self.path, f"{DEVICE}.{prop}")

    def release(self):
        self.bus.call(HUB, self.hold, "org.blehub.Hold1.Release")


class Subscription:
    def __init__(self, bus, path):
        self.bus = bus
        self.path = path

    def wait(self, timeout_ms=PATIENCE_MS):
        """The next value, and what is told about it."""
        value, meta = self.bus.call(HUB, self.path, "org.blehub.Subscription1.Wait", "(a{sv})",
                                    options_of({"TimeoutMs": timeout_ms}), timeout=40)
        return bytes(value), meta

    def values(self, count):
        return [self.wait()[0] for _ in range(count)]

    def release(self):
        self.bus.call(HUB, self.path, "org.blehub.Subscription1.Release")
