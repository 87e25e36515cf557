# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a client of org.blehub serves and advertises, as a case sees it."""

from gi.repository import Gio, GLib

from guest import HUB, HUB_PATH, options_of, poll, wait

APPLICATION, ADVERTISEMENT = "org.blehub.Application1", "org.blehub.Advertisement1"
PATIENCE_MS = 20000
CALLS_AT_ONCE = 100  # the bus allows a connection 128


def descriptor(uuid, flags, value=b"", **options):
    return {"UUID": GLib.Variant("s", uuid), "Flags": GLib.Variant("as", flags.split()), "Value": GLib.Variant("ay", value),
            **options_of(options)}


def characteristic(uuid, flags, value=b"", *descriptors, **options):
    return {**descriptor(uuid, flags, value, **options), "Descriptors": GLib.Variant("aa{sv}", descriptors)}


def service(uuid, *characteristics, **options):
    return {"UUID": GLib.Variant("s", uuid), "Characteristics": GLib.Variant("aa{sv}", characteristics), **options_of(options)}


class Served:
    """Made by Hub1.RegisterApplication of services as text (see blehub-application(5)) or as data, a list of service().
    Everything by UUID."""

    def __init__(self, bus, definition, **options):
        self.bus = bus
        self.told = []  # (signal, its arguments), in order
        bus.connection.signal_subscribe(HUB, APPLICATION, None, None, None, Gio.DBusSignalFlags.NONE, self._on_signal)
        services = [] if isinstance(definition, str) else definition
        if not services:
            options["Definition"] = definition
        self.path = bus.call(HUB, HUB_PATH, f"{HUB}.Hub1.RegisterApplication", "(aa{sv}a{sv})", services,
                             options_of(options))

    def _on_signal(self, _connection, _sender, path, _interface, signal, parameters):
        if path == self.path:
            self.told.append((signal, parameters.unpack()))

    def signals(self, name):
        """Arguments of each that came."""
        return [arguments for signal, arguments in self.told if signal == name]

    def wait_signals(self, name, count):
        wait(lambda: len(self.signals(name)) >= count, f"{count} times {name}, told so far: {self.told}")
        return self.signals(name)

    def call(self, method, signature, *arguments, timeout=40, **options):
        return self.bus.call(HUB, self.path, f"{APPLICATION}.{method}", f"({signature}a{{sv}})", *arguments,
                             options_of(options), timeout=timeout)

    def begin(self, method, signature, *arguments, **options):
        """The same, not waited for; see guest.Pending."""
        return self.bus.begin(HUB, self.path, f"{APPLICATION}.{method}", f"({signature}a{{sv}})", *arguments,
                              options_of(options), timeout=60)

    def set_value(self, uuid, value, **options):
        self.call("SetValue", "ssay", "", uuid, value, **options)

    def value(self, uuid, **options):
        return bytes(self.call("GetValue", "ss", "", uuid, **options))

    def update_all(self, uuid, values):
        """Each is set and told, many at a time; returns when all are set."""
        for at in range(0, len(values), CALLS_AT_ONCE):
            calls = [self.begin("SetValue", "ssay", "", uuid, value, Update=True)
                     for value in values[at:at + CALLS_AT_ONCE]]
            for call in calls:
                call.wait()

    def notify(self, uuid, **options):
        """Whether all were told although one was meant."""
        return self.call("Notify", "ss", "", uuid, **_with_value(options))

    def indicate(self, uuid, **options):
        return self.call("Indicate", "ss", "", uuid, **_with_value({"TimeoutMs": PATIENCE_MS, **options}))

    def begin_indicate(self, uuid, **options):
        return self.begin("Indicate", "ss", "", uuid, **_with_value({"TimeoutMs": PATIENCE_MS, **options}))

    def wait_written(self, **options):
        """(device, characteristic, value, details)"""
        device, _, uuid, value, details = self.call("WaitWritten", "", **{"TimeoutMs": PATIENCE_MS, **options})
        return device, uuid, bytes(value), details

    def begin_wait(self):
        """For the next write, whenever it comes."""
        return self.begin("WaitWritten", "", TimeoutMs=0)

    def wait_subscribers(self, uuid, count):
        """Until so many are known."""
        poll(lambda: self.subscribers(uuid)[1]["Count"] == count, f"{count} subscribers", every=0.02)

    def subscribers(self, uuid):
        """Addresses, and the details."""
        return self.call("Subscribers", "ss", "", uuid)

    def centrals(self):
        """By address."""
        rows = self.bus.call(HUB, self.path, f"{APPLICATION}.Centrals")
        return {row["Address"]: row for row in rows}

    def complete_read(self, token, value, **options):
        self.call("CompleteRead", "tay", token, value, **options)

    def get(self, prop):
        return self.bus.get(HUB, self.path, f"{APPLICATION}.{prop}")

    def follow_state(self):
        return self.bus.follow(HUB, self.path, f"{APPLICATION}.State")

    def release(self):
        self.bus.call(HUB, self.path, f"{APPLICATION}.Release")


def _with_value(options):
    if "Value" in options:
        options["Value"] = GLib.Variant("ay", options["Value"])
    return options


class Advertised:
    """Made by Hub1.Advertise."""

    def __init__(self, bus, **options):
        self.bus = bus
        self.path = bus.hub("Advertise", **options)

    def packets(self):
        """Both, as blehubd computed them."""
        packets = self.get("Packets")
        return bytes(packets["AdvertisingData"]), bytes(packets["ScanResponse"])

    def get(self, prop):
        return self.bus.get(HUB, self.path, f"{ADVERTISEMENT}.{prop}")

    def follow_state(self):
        return self.bus.follow(HUB, self.path, f"{ADVERTISEMENT}.State")

    def release(self):
        self.bus.call(HUB, self.path, f"{ADVERTISEMENT}.Release")
