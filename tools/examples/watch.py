#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Says when the things named (identities or aliases; none: everything) come, go, or are nearer or farther than before."""
import sys
import time

from gi.repository import Gio, GLib


def call(bus, path, interface, method, options):
    return bus.call_sync("org.blehub", path, interface, method, GLib.Variant("(a{sv})", (options,)), None,
                         Gio.DBusCallFlags.NONE, GLib.MAXINT, None).unpack()[0]


def follow(bus, names):
    wanted = {"Identities": GLib.Variant("as", names)} if names else {}
    watch = call(bus, "/org/blehub", "org.blehub.Hub1", "Watch", wanted)
    while True:
        change = call(bus, watch, "org.blehub.Watch1", "WaitZone", {"TimeoutMs": GLib.Variant("u", 0)})
        distance = f"{change['DistanceM']:.1f} m" if "DistanceM" in change else ""
        print(change["From"], "->", change["Zone"], change.get("Alias", change["Id"]), distance, flush=True)


while True:
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    system = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SYSTEM, None)
    connection = Gio.DBusConnection.new_for_address_sync(system, flags, None, None)
    try:
        follow(connection, sys.argv[1:])
    except GLib.Error as error:  # blehubd was restarted, or the radio switched off
        print(error.message, file=sys.stderr)
    connection.close_sync(None)  # the watch goes with it
    time.sleep(1)
