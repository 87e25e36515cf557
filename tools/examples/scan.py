#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints every report: Gio (python3-gi) makes the two calls, asyncio reads the stream of JSON lines."""
import asyncio
import json
import socket

from gi.repository import Gio, GLib


def call(bus, path, interface, method, options):
    reply, fds = bus.call_with_unix_fd_list_sync(
        "org.blehub", path, interface, method, GLib.Variant("(a{sv})", (options,)), None, Gio.DBusCallFlags.NONE, -1, None)
    return reply.unpack()[0], fds


def open_stream(bus):
    scan, _ = call(bus, "/org/blehub", "org.blehub.Hub1", "Scan", {"RSSI": GLib.Variant("n", -90)})
    handle, fds = call(bus, scan, "org.blehub.Scan1", "OpenStream", {})
    return socket.socket(fileno=fds.get(handle))


async def main():
    bus = Gio.bus_get_sync(Gio.BusType.SYSTEM, None)  # the scan lives as long as this connection
    reader, _writer = await asyncio.open_unix_connection(sock=open_stream(bus))
    async for line in reader:
        report = json.loads(line)
        print(report["Address"], report.get("RSSI", "?"), "dBm", report.get("Name", ""), flush=True)
    print("the scan ended")


asyncio.run(main())
