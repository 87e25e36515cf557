#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same as peer_served.py by blehubd, in the same library: a program that registers an application and sets a value. Says
"ready" when it is registered, and answers commands on stdin, one a line:

    burst COUNT     sets so many values, which begin with a counter, and has them notified     done

usage: served.py ADAPTER-ADDRESS SERVICE-UUID CHARACTERISTIC-UUID
"""

import asyncio
import sys

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from peer import open_stdin

SIZE = 20
IN_FLIGHT = 64  # calls that are not answered: a program that does not wait for each


class Server:
    def __init__(self, bus, service, uuid):
        self.bus = bus
        self.names = service, uuid
        self.path = None
        self.room = asyncio.Semaphore(IN_FLIGHT)

    async def _call(self, path, interface, member, signature, body):
        reply = await self.bus.call(Message("org.blehub", path, interface, member, signature=signature, body=body))
        if reply.message_type is MessageType.ERROR:
            raise SystemExit(f"{member}: {reply.error_name}: {reply.body}")
        return reply.body

    async def register(self, adapter):
        service, uuid = self.names
        characteristic = {"UUID": Variant("s", uuid), "Flags": Variant("as", ["read", "notify"]),
                          "Value": Variant("ay", bytes(SIZE))}
        services = [{"UUID": Variant("s", service), "Characteristics": Variant("aa{sv}", [characteristic])}]
        self.path, = await self._call("/org/blehub", "org.blehub.Hub1", "RegisterApplication", "aa{sv}a{sv}",
                                      [services, {"Adapter": Variant("s", adapter)}])

    async def _set(self, number):
        value = number.to_bytes(4, "little") + bytes(SIZE - 4)
        try:
            await self._call(self.path, "org.blehub.Application1", "SetValue", "ssaya{sv}",
                             [*self.names, value, {"Update": Variant("b", True)}])
        finally:
            self.room.release()

    async def burst(self, count):
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                await self.room.acquire()
                group.create_task(self._set(number))


async def main(adapter, service, uuid):
    server = Server(await MessageBus(bus_type=BusType.SYSTEM).connect(), service, uuid)
    await server.register(adapter)
    stdin = await open_stdin()
    print("ready", flush=True)
    while line := (await stdin.readline()).decode().split():
        await server.burst(int(line[1]))
        print("done", flush=True)


asyncio.run(main(*sys.argv[1:]))
