#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Serves the heart rate of a strap to phones: reads and is read at once. Its argument is the strap's address."""
import json
import sys

from gi.repository import Gio, GLib

BUS = Gio.bus_get_sync(Gio.BusType.SYSTEM, None)  # everything made here goes with this connection


def call(path, interface, method, types, *arguments):
    reply, fds = BUS.call_with_unix_fd_list_sync("org.blehub", path, f"org.blehub.{interface}", method,
                                                 GLib.Variant(types, arguments), None, Gio.DBusCallFlags.NONE, GLib.MAXINT, None)
    return *reply.unpack(), fds


def serve():
    rate = {"UUID": GLib.Variant("s", "2a37"), "Flags": GLib.Variant("as", ["notify"])}
    service = {"UUID": GLib.Variant("s", "180d"), "Characteristics": GLib.Variant("aa{sv}", [rate])}
    application, _ = call("/org/blehub", "Hub1", "RegisterApplication", "(aa{sv}a{sv})", [service], {})
    advert = {"Name": GLib.Variant("s", "relay"), "UUIDs": GLib.Variant("as", ["180d"])}
    call("/org/blehub", "Hub1", "Advertise", "(a{sv})", advert)
    return application


def follow(address):
    device, _hold, _ = call("/org/blehub", "Hub1", "Connect", "(sa{sv})", address, {"Reconnect": GLib.Variant("b", True)})
    subscription, _ = call(device, "Device1", "Subscribe", "(ssa{sv})", "180d", "2a37", {})
    handle, fds = call(subscription, "Subscription1", "OpenStream", "(a{sv})", {})
    with open(fds.get(handle), encoding="utf-8") as stream:
        for line in stream:  # goes on after lost links
            yield bytes.fromhex(json.loads(line)["Value"])


served = serve()
for value in follow(sys.argv[1]):
    call(served, "Application1", "SetValue", "(ssaya{sv})", "180d", "2a37", value, {"Update": GLib.Variant("b", True)})
    print(value[1], "bpm", flush=True)
