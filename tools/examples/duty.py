#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A hub that mostly sleeps: it wakes the radio, reads the battery of a strap, lets phones read that for a while, and votes
for the radio to be off. usage: duty.py ADDRESS [AWAKE_S ASLEEP_S]"""
import pathlib
import sys
import time

from gi.repository import Gio, GLib

BUS = Gio.bus_get_sync(Gio.BusType.SYSTEM, None)  # everything made here goes with this connection


def call(path, interface, method, types=None, *arguments):
    reply = BUS.call_sync("org.blehub", path, f"org.blehub.{interface}", method, types and GLib.Variant(types, arguments),
                          None, Gio.DBusCallFlags.NONE, GLib.MAXINT, None)
    return reply.unpack()


def serve():
    text = pathlib.Path(__file__).with_suffix(".conf").read_text(encoding="utf-8")
    options = {"Definition": GLib.Variant("s", text), "OnRestart": GLib.Variant("s", "keep")}
    application, = call("/org/blehub", "Hub1", "RegisterApplication", "(aa{sv}a{sv})", [], options)
    advert = {"Name": GLib.Variant("s", "duty"), "UUIDs": GLib.Variant("as", ["180f"])}
    call("/org/blehub", "Hub1", "Advertise", "(a{sv})", advert)
    return application


def read_battery(address):
    device, hold = call("/org/blehub", "Hub1", "Connect", "(sa{sv})", address, {})
    try:
        return call(device, "Device1", "Read", "(ssa{sv})", "180f", "2a19", {})[0]
    finally:
        call(hold, "Hold1", "Release")  # the link goes with it


strap = sys.argv[1]
awake, asleep = (float(word) for word in sys.argv[2:4] or ("5", "60"))
served = serve()
while True:
    call("/org/blehub", "Hub1", "RadioOn", "(a{sv})", {})
    try:
        level = bytes(read_battery(strap))
        call(served, "Application1", "SetValue", "(ssaya{sv})", "180f", "2a19", level, {"Update": GLib.Variant("b", True)})
    except GLib.Error as error:
        print(error.message, file=sys.stderr)
        level = bytes(1)
    time.sleep(awake)
    off, _users = call("/org/blehub", "Hub1", "RadioOff", "(a{sv})", {})
    print(f"{level[0]} %, radio {'off' if off else 'on'}", flush=True)
    time.sleep(asleep)
