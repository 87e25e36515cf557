# SPDX-License-Identifier: LGPL-2.1-or-later
"""Set-ups around a device that is connected: a bus, blehub-sim with the device, and who reads or is notified.

As in setups.py they live side by side and take turns.
"""

import time

from gi.repository import GLib

from process import Cost
from rig import BUILD, TOP, Bus, Hub, Peer, Program, start_all, until, wait_all

SCENARIO = TOP / "tests/bench/sensor.ini"
ADDRESS = "00:5A:11:00:01:01"
ADAPTER_PATH = "/org/bluez/hci0"
SERVICE = "5a1b4000-7c1e-4a53-9e61-3f2c3a5d0000"
LEVEL = "5a1b4001-7c1e-4a53-9e61-3f2c3a5d0000"
SAMPLES = "5a1b4002-7c1e-4a53-9e61-3f2c3a5d0000"


class Sensor(Program):
    """blehub-sim with one device, which answers a request after 15 ms."""

    def __init__(self, stack, bus):
        super().__init__(stack, [BUILD / "tools/sim/blehub-sim", f"--bus={bus.address}", f"--scenario={SCENARIO}",
                                 "--print-ready"])
        self.read()
        self.bus = bus
        self.path = f"{ADAPTER_PATH}/dev_{ADDRESS.replace(':', '_')}"

    def send(self, count, rate):
        """Begins to send so many notifications, so many a second, if anybody has subscribed."""
        options = {"NotifyMs": GLib.Variant("d", 1000 / rate), "NotifyCount": GLib.Variant("u", count)}
        self.bus.call("/org/blehub/sim", "org.blehub.Sim1", "SetAttribute",
                      GLib.Variant("(ssa{sv})", ("sensor", "measuring/samples", options)), "org.blehub.Sim")

    def objects(self):
        return self.bus.call("/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects", None, "org.bluez")[0]

    def connect(self):
        """By BlueZ alone, as any program does: the device must be heard first. Returns when its services are known."""
        self.bus.call(ADAPTER_PATH, "org.bluez.Adapter1", "StartDiscovery", None, "org.bluez")
        until(lambda: self.path in self.objects(), self.path, every_s=0.05)
        self.bus.call(ADAPTER_PATH, "org.bluez.Adapter1", "StopDiscovery", None, "org.bluez")
        self.bus.call(self.path, "org.bluez.Device1", "Connect", None, "org.bluez")
        until(lambda: self.objects()[self.path]["org.bluez.Device1"]["ServicesResolved"], "the services", every_s=0.05)

    def find(self, uuid):
        """The object path of a characteristic."""
        return next(path for path, interfaces in self.objects().items()
                    if interfaces.get("org.bluez.GattCharacteristic1", {}).get("UUID") == uuid)


class Subscriber(Program):
    """A client of blehubd with one subscription."""

    def __init__(self, stack, bus, form):
        super().__init__(stack, [BUILD / "tests/bench/bench-values", f"--bus={bus.address}", f"--form={form}",
                                 f"--device={ADDRESS}", f"--service={SERVICE}", f"--characteristic={SAMPLES}"])


class LinkSetup:
    """One device on one bus. Those who are notified are in clients; hub is blehubd or nothing."""

    def __init__(self, stack):
        self.bus = Bus(stack)
        self.sensor = Sensor(stack, self.bus)
        self.bus.wait_name("org.bluez")
        self.hub = None
        self.clients = []
        self.sessions = 1  # of StartNotify: BlueZ signals each value so many times

    def measure(self, count, rate):
        """What count notifications cost each of the programs; simulated BlueZ is not among them."""
        for client in self.clients:
            client.ask("count")
        before = self._costs()
        self.sensor.send(count, rate)
        wait_all(self.clients, count * self.sessions)
        cost = Cost(*((after - former) / count for former, after in zip(before, self._costs())))
        heard = {client.ask("report").split()[0] for client in self.clients}
        if heard != {str(count * self.sessions)}:
            raise RuntimeError(f"of {count} notifications, signalled {self.sessions} times, clients heard {heard}")
        return cost

    def _costs(self):
        hub = self.hub.cpu_us() if self.hub else 0
        return self.bus.cpu_us(), hub, sum(client.cpu_us() for client in self.clients)


class ReadSetup(LinkSetup):
    """The same value read through blehubd and past it, by the same client."""

    def __init__(self, stack):
        super().__init__(stack)
        self.hub = Hub(stack, self.bus)
        self.device = self.bus.call("/org/blehub", "org.blehub.Hub1", "Connect",
                                    GLib.Variant("(sa{sv})", (ADDRESS, {})))[0]
        self.characteristic = self.sensor.find(LEVEL)

    def time_hub(self):
        """Milliseconds."""
        arguments = GLib.Variant("(ssa{sv})", (SERVICE, LEVEL, {}))
        return self._time(self.device, "org.blehub.Device1", "Read", arguments, "org.blehub")

    def time_bluez(self):
        arguments = GLib.Variant("(a{sv})", ({},))
        return self._time(self.characteristic, "org.bluez.GattCharacteristic1", "ReadValue", arguments, "org.bluez")

    def _time(self, *call):
        start = time.monotonic()
        self.bus.call(*call)
        return (time.monotonic() - start) * 1000


def notified_hub(stack, clients, form="packed"):
    """blehubd and its clients."""
    setup = LinkSetup(stack)
    setup.hub = Hub(stack, setup.bus)
    setup.clients = start_all([Subscriber(stack, setup.bus, form) for _ in range(clients)])
    setup.measure(10, 100)
    return setup


def notified_peers(stack, peers):
    """Programs on bleak."""
    setup = LinkSetup(stack)
    setup.sensor.connect()
    setup.clients = start_all([Peer(stack, setup.bus, setup.sensor.path, SAMPLES) for _ in range(peers)])
    setup.sessions = peers
    setup.measure(10, 100)
    return setup


RECIPES = {
    "reads": (ReadSetup, {}),
    "notified-peers-1": (notified_peers, {"peers": 1}),
    "notified-hub-1": (notified_hub, {"clients": 1}),
    "notified-hub-1-json": (notified_hub, {"clients": 1, "form": "json"}),
    "notified-hub-1-calls": (notified_hub, {"clients": 1, "form": "calls"}),
    "notified-peers-16": (notified_peers, {"peers": 16}),
    "notified-hub-16": (notified_hub, {"clients": 16}),
    "notified-hub-16-json": (notified_hub, {"clients": 16, "form": "json"}),
    "notified-hub-16-calls": (notified_hub, {"clients": 16, "form": "calls"}),
}
