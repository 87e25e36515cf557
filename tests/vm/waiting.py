# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls that are not waited for, and what a program that holds a device is told meanwhile."""

import time

from gi.repository import Gio, GLib

from central_link import DEVICE, PATIENCE_MS
from guest import HUB, HUB_PATH, RemoteError, options_of, require, require_equal, wait


class Later:
    """A call of org.blehub under way."""

    def __init__(self, bus, path, member, signature, *arguments):
        interface, _, self.method = member.rpartition(".")
        self.done = False
        self.result = self.error = self.ended = None
        bus.connection.call(HUB, path, interface, self.method, GLib.Variant(f"({signature})", arguments), None,
                            Gio.DBusCallFlags.NONE, 120000, None, self._on_done)

    def _on_done(self, connection, result):
        self.done, self.ended = True, time.monotonic()
        try:
            self.result = connection.call_finish(result).unpack()
        except GLib.Error as error:
            self.error = RemoteError(error)

    def end(self, timeout=60):
        """Its result, when it has one."""
        wait(lambda: self.done, f"the end of {self.method}", timeout)
        if self.error:
            raise self.error
        return self.result

    def require_error(self, *names, text=""):
        """It must end in one of these errors."""
        wait(lambda: self.done, f"the end of {self.method}", 60)
        require(self.error, f"{self.method}: no error but {self.result}")
        require(self.error.name in names, f"{self.method}: {self.error}, wanted {' or '.join(names)}")
        require(text in self.error.text, f"{self.method}: '{self.error.text}' lacks '{text}'")


def connect_later(bus, peer, **options):
    options = {"AddressType": peer.address_type, "TimeoutMs": PATIENCE_MS, **options}
    return Later(bus, HUB_PATH, f"{HUB}.Hub1.Connect", "sa{sv}", peer.address, options_of(options))


def later(link, method, signature, *arguments, **options):
    """A method of the device."""
    return Later(link.bus, link.path, f"{DEVICE}.{method}", f"{signature}a{{sv}}", *arguments,
                 options_of({"TimeoutMs": PATIENCE_MS, **options}))


def wait_value_later(subscription):
    return Later(subscription.bus, subscription.path, f"{HUB}.Subscription1.Wait", "a{sv}",
                 options_of({"TimeoutMs": 60000}))


class Story:
    """What the signals of a device told its holder, in order: states, and "lost: CAUSE"."""

    def __init__(self, link):
        self.link = link
        self.told = []
        link.bus.connection.signal_subscribe(HUB, DEVICE, None, link.path, None, Gio.DBusSignalFlags.NONE,
                                             self._on_signal)

    def _on_signal(self, _connection, _sender, _path, _interface, signal, parameters):
        if signal == "StateChanged":
            self.told.append(parameters.unpack()[0])
        elif signal == "Disconnected":
            self.told.append(f"lost: {parameters.unpack()[0]}")

    def wait_for(self, entry, timeout=60):
        """Until the newest is this one."""
        wait(lambda: self.told and self.told[-1] == entry, f"'{entry}', told so far: {self.told}", timeout)

    def require(self, *wanted):
        """All that was told since the last time."""
        told, self.told = self.told, []
        require_equal(told, list(wanted), "told")
