#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Finds two thermometers and prints what both measure, at once; blehubd reconnects them."""
import asyncio
import json
import socket
import sys

from gi.repository import Gio, GLib

BUS = Gio.bus_get_sync(Gio.BusType.SYSTEM, None)  # holds and subscriptions live as long as this connection


def call(path, interface, method, types, *arguments):
    reply, fds = BUS.call_with_unix_fd_list_sync("org.blehub", path, f"org.blehub.{interface}", method,
                                                 GLib.Variant(types, arguments), None, Gio.DBusCallFlags.NONE, GLib.MAXINT, None)
    return *reply.unpack(), fds


def connect_two():
    near, found = {"UUIDs": GLib.Variant("s", "181a"), "Count": GLib.Variant("u", 2)}, []
    while len(found) < 2:
        found, _ = call("/org/blehub", "Hub1", "Discover", "(a{sv})", near)
    devices = [(row["Address"], {"Reconnect": GLib.Variant("b", True)}) for row in found]
    results, _ = call("/org/blehub", "Hub1", "ConnectMany", "(a(sa{sv})a{sv})", devices, {})
    for result in results:
        if "Error" in result:
            sys.exit(f"{result['Address']}: {result['Message']}")
    return results


async def follow(result):
    subscription, _ = call(result["Device"], "Device1", "Subscribe", "(ssa{sv})", "181a", "2a6e", {})
    handle, fds = call(subscription, "Subscription1", "OpenStream", "(a{sv})", {})
    reader, _writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=fds.get(handle)))
    async for line in reader:
        value = bytes.fromhex(json.loads(line)["Value"])
        print(f"{result['Address']} {int.from_bytes(value[:2], 'little', signed=True) / 100:.2f} degrees", flush=True)


async def main():
    await asyncio.gather(*(follow(result) for result in connect_two()))


asyncio.run(main())
