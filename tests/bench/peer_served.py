#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A GATT server as programs on an asyncio D-Bus library write it: objects of its own on the bus, a value told by
PropertiesChanged. Says "ready" when BlueZ has it, and answers commands on stdin, one a line:

    burst COUNT     tells so many values, which begin with a counter     done

usage: peer_served.py ADAPTER-PATH SERVICE-UUID CHARACTERISTIC-UUID
"""

import asyncio
import sys

from dbus_fast import BusType, PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_property, method

from peer import open_stdin

ROOT = "/org/blehub/bench"
SIZE = 20


class Service(ServiceInterface):
    def __init__(self, uuid):
        super().__init__("org.bluez.GattService1")
        self.uuid = uuid

    @dbus_property(access=PropertyAccess.READ)
    def UUID(self) -> "s":  # noqa: F821
        return self.uuid

    @dbus_property(access=PropertyAccess.READ)
    def Primary(self) -> "b":  # noqa: F821
        return True


class Characteristic(ServiceInterface):
    def __init__(self, uuid):
        super().__init__("org.bluez.GattCharacteristic1")
        self.uuid = uuid
        self.value = bytes(SIZE)

    @dbus_property(access=PropertyAccess.READ)
    def UUID(self) -> "s":  # noqa: F821
        return self.uuid

    @dbus_property(access=PropertyAccess.READ)
    def Service(self) -> "o":  # noqa: F821
        return f"{ROOT}/service0"

    @dbus_property(access=PropertyAccess.READ)
    def Flags(self) -> "as":  # noqa: F821, F722
        return ["read", "notify"]

    @dbus_property(access=PropertyAccess.READ)
    def Value(self) -> "ay":  # noqa: F821
        return self.value

    @method()
    def ReadValue(self, _options: "a{sv}") -> "ay":  # noqa: F821, F722
        return self.value

    @method()
    def StartNotify(self):
        pass

    @method()
    def StopNotify(self):
        pass

    def tell(self, number):
        self.value = number.to_bytes(4, "little") + bytes(SIZE - 4)
        self.emit_properties_changed({"Value": self.value})


async def main(adapter, service, uuid):
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    characteristic = Characteristic(uuid)
    bus.export(f"{ROOT}/service0", Service(service))
    bus.export(f"{ROOT}/service0/char0", characteristic)
    manager = bus.get_proxy_object("org.bluez", adapter, await bus.introspect("org.bluez", adapter))
    await manager.get_interface("org.bluez.GattManager1").call_register_application(ROOT, {})
    stdin = await open_stdin()
    print("ready", flush=True)
    while line := (await stdin.readline()).decode().split():
        for number in range(int(line[1])):
            characteristic.tell(number)
            await asyncio.sleep(0)  # lets the library write, as it does between a program's events
        print("done", flush=True)


asyncio.run(main(*sys.argv[1:]))
