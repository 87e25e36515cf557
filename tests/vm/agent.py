# SPDX-License-Identifier: LGPL-2.1-or-later
"""A pairing agent for the peer, that does what lines of standard input tell it and says what it is asked.

Registered from a connection of its own as BlueZ's default one, so that what nobody here began is asked of it. Each question
is a line: "confirm 123456", "passkey", "authorize", "shows 123456", "cancelled". Each command is one: "accept" (the default:
what is to be confirmed is), "refuse", "silent" (no answer, until "give up" declines what was asked); "passkey 123456" answers
the one asked for. `agent.py CAPABILITY` is one alone, without a peer; it says "ready" when BlueZ has it.
"""

import sys

from gi.repository import Gio, GLib

PATH = "/org/blehub/peer/agent"
XML = """<node><interface name="org.bluez.Agent1">
  <method name="Release"/><method name="Cancel"/>
  <method name="RequestPasskey"><arg type="o" direction="in"/><arg type="u" direction="out"/></method>
  <method name="DisplayPasskey"><arg type="o" direction="in"/><arg type="u" direction="in"/>
    <arg type="q" direction="in"/></method>
  <method name="RequestConfirmation"><arg type="o" direction="in"/><arg type="u" direction="in"/></method>
  <method name="RequestAuthorization"><arg type="o" direction="in"/></method>
  <method name="AuthorizeService"><arg type="o" direction="in"/><arg type="s" direction="in"/></method>
</interface></node>"""


class Agent:
    """Offered to BlueZ when made; gone with the process."""

    def __init__(self, bus, capability):
        self.mode = "accept"
        self.question = None
        self.kept = []
        bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], self._on_call, None, None)
        for method, arguments in [("RegisterAgent", GLib.Variant("(os)", (PATH, capability))),
                                  ("RequestDefaultAgent", GLib.Variant("(o)", (PATH,)))]:
            bus.call_sync("org.bluez", "/org/bluez", "org.bluez.AgentManager1", method, arguments, None,
                          Gio.DBusCallFlags.NONE, 20000)

    def obey(self, command):
        word, _, number = command.partition(" ")
        if command == "give up":
            while self.kept:
                self.kept.pop().return_dbus_error("org.bluez.Error.Rejected", "told so")
        elif word != "passkey":
            self.mode = word
        elif self.question:
            self.question.return_value(GLib.Variant("(u)", (int(number),)))
            self.question = None

    def _on_call(self, _bus, _sender, _path, _interface, method, arguments, invocation):
        numbers = arguments.unpack()[1:]
        if method == "RequestPasskey":
            print("passkey", flush=True)
            self.question = invocation
            return
        if method == "DisplayPasskey":
            print(f"shows {numbers[0]:06}", flush=True)
        elif method == "RequestConfirmation":
            print(f"confirm {numbers[0]:06}", flush=True)
        elif method == "RequestAuthorization":
            print("authorize", flush=True)
        elif method == "Cancel":
            print("cancelled", flush=True)
        self._answer(invocation, method in ("RequestConfirmation", "RequestAuthorization"))

    def _answer(self, invocation, is_question):
        if not is_question or self.mode == "accept":
            invocation.return_value(None)
        elif self.mode == "refuse":
            invocation.return_dbus_error("org.bluez.Error.Rejected", "told so")
        else:
            self.kept.append(invocation)


def offer(bus, capability):
    """An agent that standard input commands, for as long as that is open."""
    agent = Agent(bus, capability)
    GLib.io_add_watch(GLib.IOChannel.unix_new(sys.stdin.fileno()), GLib.PRIORITY_DEFAULT,
                      GLib.IOCondition.IN | GLib.IOCondition.HUP,
                      lambda channel, _condition: _obey(agent, channel.readline()))


def _obey(agent, line):
    agent.obey(line.strip())
    return bool(line)


if __name__ == "__main__":
    bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
    offer(bus, sys.argv[1])
    print("ready", flush=True)
    GLib.MainLoop().run()
