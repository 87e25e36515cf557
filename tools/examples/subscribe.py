#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Finds a heart-rate sensor and prints what it measures; blehubd reconnects it, and we call again when blehubd was restarted."""
import json
import sys
import time

from gi.repository import Gio, GLib


def call(bus, path, interface, method, types, *arguments):
    reply, fds = bus.call_with_unix_fd_list_sync("org.blehub", path, f"org.blehub.{interface}", method,
                                                 GLib.Variant(types, arguments), None, Gio.DBusCallFlags.NONE, GLib.MAXINT, None)
    return *reply.unpack(), fds


def follow(bus):
    near, found = {"UUIDs": GLib.Variant("s", "180d"), "Count": GLib.Variant("u", 1)}, []
    while not found:
        found, _ = call(bus, "/org/blehub", "Hub1", "Discover", "(a{sv})", near)
    address, keep = found[0]["Address"], {"Reconnect": GLib.Variant("b", True)}
    device, _hold, _ = call(bus, "/org/blehub", "Hub1", "Connect", "(sa{sv})", address, keep)
    subscription, _ = call(bus, device, "Device1", "Subscribe", "(ssa{sv})", "180d", "2a37", {})
    handle, fds = call(bus, subscription, "Subscription1", "OpenStream", "(a{sv})", {})
    with open(fds.get(handle), encoding="utf-8") as stream:
        for line in stream:  # goes on after lost links
            print(address, bytes.fromhex(json.loads(line)["Value"])[1], "bpm", flush=True)


while True:
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    system = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SYSTEM, None)
    connection = Gio.DBusConnection.new_for_address_sync(system, flags, None, None)
    try:
        follow(connection)
    except GLib.Error as error:
        print(error.message, file=sys.stderr)
    connection.close_sync(None)  # hold and subscription go with it
    time.sleep(1)
