# SPDX-License-Identifier: LGPL-2.1-or-later
"""A peripheral on one controller, served by bluetoothd itself: `peer.py ADAPTER-PATH [CAPABILITY]`. Says "ready" when it
advertises. With a capability it has a pairing agent, too: see agent.py.

Service 5a1b0001: 0011 read, write, notify (what was written is notified twice), 0012 refuses with 0x80, 0013 has 600 bytes
of which BlueZ serves 512, 0021 read and write on an encrypted link, 0022 read on an authenticated one.
"""

import sys

from gi.repository import Gio, GLib

import agent

BASE = "5a1b{:04x}-7c1e-4a53-9e61-3f2c3a5d0001"
ROOT = "/org/blehub/peer"
SERVICE = f"{ROOT}/service"
XML = """<node>
<interface name="org.freedesktop.DBus.ObjectManager">
  <method name="GetManagedObjects"><arg type="a{oa{sa{sv}}}" direction="out"/></method></interface>
<interface name="org.bluez.GattService1"><property name="UUID" type="s" access="read"/>
  <property name="Primary" type="b" access="read"/></interface>
<interface name="org.bluez.GattCharacteristic1"><property name="UUID" type="s" access="read"/>
  <property name="Service" type="o" access="read"/><property name="Flags" type="as" access="read"/>
  <method name="ReadValue"><arg type="a{sv}" direction="in"/><arg type="ay" direction="out"/></method>
  <method name="WriteValue"><arg type="ay" direction="in"/><arg type="a{sv}" direction="in"/></method>
  <method name="StartNotify"/><method name="StopNotify"/></interface>
<interface name="org.bluez.LEAdvertisement1"><property name="Type" type="s" access="read"/>
  <property name="LocalName" type="s" access="read"/><method name="Release"/></interface>
</node>"""


class Characteristic:
    def __init__(self, number, flags, value):
        self.path = f"{SERVICE}/c{number}"
        self.value = value
        self.properties = {"UUID": GLib.Variant("s", BASE.format(number)), "Service": GLib.Variant("o", SERVICE),
                           "Flags": GLib.Variant("as", flags)}


class Peer:
    def __init__(self, adapter):
        self.adapter = adapter
        self.bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self.interfaces = {info.name: info for info in Gio.DBusNodeInfo.new_for_xml(XML).interfaces}
        self.service = {"UUID": GLib.Variant("s", BASE.format(1)), "Primary": GLib.Variant("b", True)}
        self.characteristics = [Characteristic(0x11, ["read", "write", "notify"], b"\x0a\x0b"),
                                Characteristic(0x12, ["read"], None),
                                Characteristic(0x13, ["read"], bytes(i & 0xff for i in range(512))),
                                Characteristic(0x21, ["encrypt-read", "encrypt-write"], b"\x21"),
                                Characteristic(0x22, ["encrypt-authenticated-read"], b"\x22")]

    def export(self, path, interface, properties, call=None):
        self.bus.register_object(path, self.interfaces[interface], call,
                                 lambda _c, _s, _p, _i, name: properties[name], None)

    def objects(self):
        tree = {SERVICE: {"org.bluez.GattService1": self.service}}
        tree.update({c.path: {"org.bluez.GattCharacteristic1": c.properties} for c in self.characteristics})
        return GLib.Variant("(a{oa{sa{sv}}})", (tree,))

    def on_manager(self, _bus, _sender, _path, _interface, _method, _arguments, invocation):
        invocation.return_value(self.objects())

    def on_characteristic(self, _bus, _sender, path, _interface, method, arguments, invocation):
        characteristic = next(c for c in self.characteristics if c.path == path)
        if method == "ReadValue" and characteristic.value is None:
            invocation.return_dbus_error("org.bluez.Error.Failed", "128")
        elif method == "ReadValue":
            offset = arguments.unpack()[0].get("offset", 0)
            invocation.return_value(GLib.Variant("(ay)", (characteristic.value[offset:],)))
        else:
            invocation.return_value(None)
        if method == "WriteValue":
            characteristic.value = bytes(arguments.unpack()[0])
            for _ in range(2):
                self.notify(characteristic)

    def notify(self, characteristic):
        changed = {"Value": GLib.Variant("ay", characteristic.value)}
        self.bus.emit_signal(None, characteristic.path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                             GLib.Variant("(sa{sv}as)", ("org.bluez.GattCharacteristic1", changed, [])))

    def register(self, interface, method, path):
        loop = GLib.MainLoop()

        def on_done(bus, result):
            bus.call_finish(result)
            loop.quit()
        self.bus.call("org.bluez", self.adapter, interface, method, GLib.Variant("(oa{sv})", (path, {})), None,
                      Gio.DBusCallFlags.NONE, 20000, None, on_done)
        loop.run()

    def run(self):
        self.export(ROOT, "org.freedesktop.DBus.ObjectManager", {}, self.on_manager)
        self.export(SERVICE, "org.bluez.GattService1", self.service)
        for characteristic in self.characteristics:
            self.export(characteristic.path, "org.bluez.GattCharacteristic1", characteristic.properties,
                        self.on_characteristic)
        self.export(f"{ROOT}/advertisement", "org.bluez.LEAdvertisement1",
                    {"Type": GLib.Variant("s", "peripheral"), "LocalName": GLib.Variant("s", "peer")})
        self.register("org.bluez.GattManager1", "RegisterApplication", ROOT)
        self.register("org.bluez.LEAdvertisingManager1", "RegisterAdvertisement", f"{ROOT}/advertisement")
        print("ready", flush=True)
        GLib.MainLoop().run()


peer = Peer(sys.argv[1])
if len(sys.argv) > 2:
    agent.offer(peer.bus, sys.argv[2])
peer.run()
