# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs of the bench: buses, the air, blehubd, its clients and the peer's."""

import contextlib
import os
import pathlib
import select
import socket
import subprocess
import sys
import time

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

from process import Process  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BLEHUB_BUILD", TOP / "build"))
LOG = TOP / "build-logs/bench.log"  # what the programs say
STOP_S = 10
PATIENCE_S = 60  # for what clients are to hear


def until(condition, what, every_s=0.01):
    """Asks again and again, because a signal of it would be one more message on the bus that is measured."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {PATIENCE_S} s for {what}")
        time.sleep(every_s)


class Program(Process):
    """A program that is told one line and answers one line; ends with its stack."""

    def __init__(self, stack, command, env=None, pass_fds=()):
        LOG.parent.mkdir(exist_ok=True)
        with LOG.open("a") as log:
            self.process = subprocess.Popen([str(word) for word in command], text=True, pass_fds=pass_fds,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                                            env={**os.environ, **(env or {})})
        super().__init__(self.process.pid)
        stack.callback(self._stop)

    def _stop(self):
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.terminate()
        self.process.wait(STOP_S)

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args[0]} ended, see {LOG}")
        return line.strip()

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line):
        self.tell(line)
        return self.read()


class Bus(Program):
    """A bus daemon of one's own, and a connection to it that makes the calls of the bench."""

    def __init__(self, stack):
        super().__init__(stack, ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"])
        self.address = self.read()
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.connection = Gio.DBusConnection.new_for_address_sync(self.address, flags, None, None)
        self.connection.set_exit_on_close(False)

    def wait_name(self, name):
        """Until somebody owns the name."""
        until(lambda: self._owned(name), f"an owner of {name}")

    def _owned(self, name):
        return self.connection.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                         "NameHasOwner", GLib.Variant("(s)", (name,)), None,
                                         Gio.DBusCallFlags.NONE, -1, None).unpack()[0]

    def call(self, path, interface, method, arguments=None, name="org.blehub"):
        reply = self.connection.call_sync(name, path, interface, method, arguments, None,
                                          Gio.DBusCallFlags.NONE, -1, None)
        return reply.unpack()


class Air(Program):
    """BlueZ and the kernel, of whom a number of devices are heard."""

    def __init__(self, stack, bus, devices=1000, kernel=None):
        command = [BUILD / "tests/bench/bench-air", f"--bus={bus.address}", f"--devices={devices}"]
        if kernel:
            command.append(f"--kernel-fd={kernel.fileno()}")
        super().__init__(stack, command, pass_fds=[kernel.fileno()] if kernel else [])
        self.read()

    def send(self, count, rate=0, way="signals"):
        self.ask(f"send {count} {rate} {way}")


class Hub(Program):
    """blehubd, from its start to READY=1."""

    def __init__(self, stack, bus, kernel=None, watchdog_us=0):
        path = f"\0blehub-bench-{os.getpid()}-{time.monotonic_ns()}"
        env = {"NOTIFY_SOCKET": path.replace("\0", "@")}
        if watchdog_us:
            env["WATCHDOG_USEC"] = str(watchdog_us)
        command = [BUILD / "daemon/blehubd", f"--bus={bus.address}", "--config=/dev/null"]
        if kernel:
            command.append(f"--mgmt-fd={kernel.fileno()}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(path)
            notify.settimeout(STOP_S)
            start = time.monotonic()
            super().__init__(stack, command, env, [kernel.fileno()] if kernel else [])
            try:
                while b"READY=1" not in notify.recv(4096):
                    pass
            except TimeoutError:
                raise RuntimeError(f"blehubd did not become ready, see {LOG}") from None
            self.ready_ms = (time.monotonic() - start) * 1000
        self.bus = bus

    def scan(self, **options):
        options = {"ManufacturerIds": GLib.Variant("aq", [0xFFFF]), "RSSI": GLib.Variant("n", -100), **options}
        return self.bus.call("/org/blehub", "org.blehub.Hub1", "Scan", GLib.Variant("(a{sv})", (options,)))[0]

    def watch(self):
        """Of everything, by its address."""
        return self.bus.call("/org/blehub", "org.blehub.Hub1", "Watch", GLib.Variant("(a{sv})", ({},)))[0]

    def counter(self, name):
        arguments = GLib.Variant("(ss)", ("org.blehub.Hub1", "Counters"))
        return self.bus.call("/org/blehub", "org.freedesktop.DBus.Properties", "Get", arguments)[0][name]

    def wait_scanning(self):
        """Until the discovery runs: what is sent before may go unheard."""
        until(lambda: self.counter("DiscoveryStarts"), "a discovery")

    def wait_reports(self, count):
        until(lambda: self.counter("Reports") >= count, f"{count} reports", every_s=0.02)


class Reader(Program):
    """A client of blehubd: one scan and its stream."""

    def __init__(self, stack, bus, form="packed", batch_ms=10, queue=4096):
        super().__init__(stack, [BUILD / "tests/bench/bench-reader", f"--bus={bus.address}", f"--format={form}",
                                 f"--batch-ms={batch_ms}", f"--queue={queue}"])
        self.read()


class Peer(Program):
    """A program on bleak; what it is to do is said by peer.py."""

    def __init__(self, stack, bus, *what):
        super().__init__(stack, [sys.executable, "-B", TOP / "tests/bench/peer.py", *what],
                         {"DBUS_SYSTEM_BUS_ADDRESS": bus.address})


class PeerGroup(Program):
    """As many programs on bleak as are wanted, told and asked as one; see peer_group.py."""

    def __init__(self, stack, bus, count, path, uuid):
        super().__init__(stack, [sys.executable, "-B", TOP / "tests/bench/peer_group.py", count, path, uuid],
                         {"DBUS_SYSTEM_BUS_ADDRESS": bus.address})
        self.members = [Process(int(pid)) for pid in self.read().split()[1:]]

    def cpu_us(self):
        return sum(member.cpu_us() for member in self.members)


def start_all(programs):
    """Until each of them is ready: they started side by side, and each takes a while."""
    for program in programs:
        program.read()
    return programs


def start_peers(stack, bus, count):
    return start_all([Peer(stack, bus) for _ in range(count)])


def wait_all(clients, count):
    """Until each has heard so many since its count began."""
    for client in clients:
        client.tell(f"wait {count}")
    deadline = time.monotonic() + PATIENCE_S
    for client in clients:
        if not select.select([client.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
            raise RuntimeError(f"a client did not hear {count} within {PATIENCE_S} s")
        client.read()
