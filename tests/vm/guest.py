# SPDX-License-Identifier: LGPL-2.1-or-later
"""What cases are written with: buses, waiting, controllers, services, other users' programs.

Everything that changes is awaited by the signal that announces it. A case gets one Guest; whatever it starts through
it is taken down when the case ends, so that the next one begins with no controller and both daemons running.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

from gi.repository import Gio, GLib

from controller import Controller
from peers import Air

LIB = pathlib.Path(__file__).resolve().parent
HUB = "org.blehub"
HUB_PATH = "/org/blehub"
PROPERTIES = "org.freedesktop.DBus.Properties"
SYSTEMD = "org.freedesktop.systemd1"
PATIENCE_S = 30.0


def wait(predicate, what, timeout=PATIENCE_S):
    """Lets signals in until the predicate holds."""
    context = GLib.MainContext.default()
    deadline = time.monotonic() + timeout
    while not predicate():
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"waited {timeout:.0f} s for {what}")
        alarm = GLib.timeout_source_new(int(left * 1000) + 1)
        alarm.set_callback(lambda *_: GLib.SOURCE_REMOVE)
        alarm.attach(context)
        context.iteration(True)
        alarm.destroy()


def poll(predicate, what, timeout=PATIENCE_S, every=0.2):
    """For what no signal announces: counters, clocks, things that are gone."""
    deadline = time.monotonic() + timeout
    while not predicate():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout:.0f} s for {what}")
        let_pass(every)


def let_pass(seconds):
    """Signals keep coming in meanwhile."""
    until = time.monotonic() + seconds
    alarm = GLib.timeout_source_new(int(seconds * 1000) + 1)
    alarm.set_callback(lambda *_: GLib.SOURCE_REMOVE)
    alarm.attach(GLib.MainContext.default())
    while time.monotonic() < until:
        GLib.MainContext.default().iteration(True)
    alarm.destroy()


def require(condition, message):
    """Like assert, for what a case claims."""
    if not condition:
        raise AssertionError(message)


def alone(case):
    """Decorates a case that measures, or needs all of a processor: it has one to itself, see rig/stage.py."""
    case.alone = True
    return case


def require_equal(seen, wanted, what):
    require(seen == wanted, f"{what}: {seen!r}, wanted {wanted!r}")


def to_variant(value):
    if isinstance(value, GLib.Variant):
        return value
    if isinstance(value, bool):
        return GLib.Variant("b", value)
    if isinstance(value, int):
        return GLib.Variant("x" if abs(value) > 0x7fffffff else "i", value)
    if isinstance(value, float):
        return GLib.Variant("d", value)
    if isinstance(value, list):
        return GLib.Variant("aq" if value and isinstance(value[0], int) else "as", value)
    return GLib.Variant("s", value)


def options_of(options):
    return {key: to_variant(value) for key, value in options.items()}


class RemoteError(Exception):
    """An error reply: name without its common prefix, and text."""

    def __init__(self, error):
        remote = Gio.dbus_error_get_remote_error(error) or error.domain
        self.name = remote.removeprefix("org.blehub.Error.")
        self.text = error.message.removeprefix(f"GDBus.Error:{remote}: ")
        super().__init__(f"{self.name}: {self.text}")


@contextlib.contextmanager
def expect_error(name, begin=""):
    """The block must end in this error, its text beginning so."""
    try:
        yield
    except RemoteError as error:
        require_equal(error.name, name, f"error name of '{error.text}'")
        require(error.text.startswith(begin), f"error text '{error.text}' does not begin with '{begin}'")
        return
    raise AssertionError(f"no error, wanted {name}")


class Bus:
    """A connection of its own to the system bus: to the daemon, one client."""

    def __init__(self):
        address = Gio.dbus_address_get_for_bus_sync(Gio.BusType.SYSTEM)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.connection = Gio.DBusConnection.new_for_address_sync(address, flags)

    def close(self):
        if not self.connection.is_closed():
            self.connection.close_sync()

    def call(self, name, path, member, signature="()", *arguments, timeout=PATIENCE_S, autostart=True):
        """The reply's arguments: none, the one, or a tuple."""
        interface, _, method = member.rpartition(".")
        flags = Gio.DBusCallFlags.NONE if autostart else Gio.DBusCallFlags.NO_AUTO_START
        try:
            reply = self.connection.call_sync(name, path, interface, method, GLib.Variant(signature, arguments), None,
                                              flags, int(timeout * 1000)).unpack()
        except GLib.Error as error:
            raise RemoteError(error) from None
        return reply[0] if len(reply) == 1 else reply

    def begin(self, name, path, member, signature="()", *arguments, timeout=PATIENCE_S):
        """The same, not waited for."""
        return Pending(self.connection, name, path, member, GLib.Variant(signature, arguments), timeout)

    def hub(self, method, timeout=PATIENCE_S, **options):
        """A method of Hub1 that takes options."""
        return self.call(HUB, HUB_PATH, f"org.blehub.Hub1.{method}", "(a{sv})", options_of(options), timeout=timeout)

    def get(self, name, path, member):
        interface, _, prop = member.rpartition(".")
        return self.call(name, path, f"{PROPERTIES}.Get", "(ss)", interface, prop)

    def set(self, name, path, member, value):
        interface, _, prop = member.rpartition(".")
        self.call(name, path, f"{PROPERTIES}.Set", "(ssv)", interface, prop, to_variant(value))

    def counters(self):
        return self.get(HUB, HUB_PATH, "org.blehub.Hub1.Counters")

    def scan(self, **options):
        return Scan(self, self.hub("Scan", **options))

    def follow(self, name, path, member):
        return Follow(self, name, path, member)


class Pending:
    """A call that is under way; its answer may be waited for."""

    def __init__(self, connection, name, path, member, arguments, timeout):
        interface, _, self.method = member.rpartition(".")
        self.timeout = timeout
        self.result = None
        connection.call(name, path, interface, self.method, arguments, None, Gio.DBusCallFlags.NONE,
                        int(timeout * 1000), None, self._on_done)

    def _on_done(self, connection, result):
        try:
            self.result = (connection.call_finish(result).unpack(), None)
        except GLib.Error as error:
            self.result = (None, RemoteError(error))

    def is_done(self):
        return self.result is not None

    def wait(self):
        """As Bus.call."""
        wait(self.is_done, self.method, self.timeout + PATIENCE_S)
        reply, error = self.result
        if error:
            raise error
        return reply[0] if len(reply) == 1 else reply


class Scan:
    """A Scan1 object of one client."""

    def __init__(self, bus, path):
        self.bus = bus
        self.path = path

    def call(self, method, timeout=PATIENCE_S, **options):
        return self.bus.call(HUB, self.path, f"org.blehub.Scan1.{method}", "(a{sv})", options_of(options),
                             timeout=timeout)

    def devices(self):
        return self.call("GetDevices")

    def wait_device(self, timeout_ms=20000):
        return self.call("WaitDevice", TimeoutMs=timeout_ms)

    def release(self):
        self.bus.call(HUB, self.path, "org.blehub.Scan1.Release")

    def get(self, prop):
        return self.bus.get(HUB, self.path, f"org.blehub.Scan1.{prop}")

    def follow_state(self):
        return self.bus.follow(HUB, self.path, "org.blehub.Scan1.State")


class Follow:
    """Every value of one property from now on, as its change signals tell them."""

    def __init__(self, bus, name, path, member):
        self.bus = bus
        self.member = member
        self.interface, _, self.prop = member.rpartition(".")
        self.subscription = bus.connection.signal_subscribe(
            name, PROPERTIES, "PropertiesChanged", path, self.interface, Gio.DBusSignalFlags.NONE, self._on_changed)
        self.values = [bus.get(name, path, member)]

    def _on_changed(self, _connection, _sender, _path, _interface, _signal, parameters):
        changed = parameters.unpack()[1]
        if self.prop in changed:
            self.values.append(changed[self.prop])

    def wait_for(self, value, timeout=PATIENCE_S):
        """Until the newest value is this one."""
        wait(lambda: self.values[-1] == value, f"{self.member} {value!r}, values so far {self.values}", timeout)

    def wait_for_list(self, values, timeout=PATIENCE_S):
        """Until so many values were seen; they must be these."""
        with contextlib.suppress(TimeoutError):
            wait(lambda: len(self.values) >= len(values), "", timeout)
        require_equal(self.values, values, self.member)

    def stop(self):
        self.bus.connection.signal_unsubscribe(self.subscription)


class Unit:
    """A systemd unit."""

    def __init__(self, bus, name):
        self.bus = bus
        self.name = name
        self.path = bus.call(SYSTEMD, "/org/freedesktop/systemd1", f"{SYSTEMD}.Manager.LoadUnit", "(s)", name)

    def service(self, prop):
        return self.bus.get(SYSTEMD, self.path, f"{SYSTEMD}.Service.{prop}")

    def pid(self):
        return self.service("MainPID")

    def state(self):
        return self.bus.get(SYSTEMD, self.path, f"{SYSTEMD}.Unit.ActiveState")

    def wait_for_new_process(self, old_pid, timeout=PATIENCE_S):
        """Until the service runs again, as another process."""
        state = self.bus.follow(SYSTEMD, self.path, f"{SYSTEMD}.Unit.ActiveState")
        try:
            wait(lambda: state.values[-1] == "active" and self.pid() not in (0, old_pid),
                 f"another process of {self.name}", timeout)
        finally:
            state.stop()


class Guest:
    """The world of one case."""

    def __init__(self, difference):
        self.stack = contextlib.ExitStack()
        self.number = 0
        self.notes = []  # for the line of a case that passes: what had to be done more than once
        self.differs = difference.ask  # does this guest differ by design in what the case claims? See differs.py
        self.bus = self.new_bus()
        self.bus.call(SYSTEMD, "/org/freedesktop/systemd1", f"{SYSTEMD}.Manager.Subscribe")  # else it sends no signals

    def __enter__(self):
        self._start_daemons()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def new_bus(self):
        bus = Bus()
        self.stack.callback(bus.close)
        return bus

    def _start_daemons(self):
        for service in ["bluetooth.service", "blehubd.service"]:
            if Unit(self.bus, service).state() != "active":
                self.run("systemctl", "reset-failed", service)
                self.run("systemctl", "start", service)
        self.wait_for_hub("no-adapter")

    def wait_for_hub(self, state, timeout=PATIENCE_S):
        follow = self.follow_hub()
        follow.wait_for(state, timeout)
        follow.stop()

    def follow_hub(self):
        return self.bus.follow(HUB, HUB_PATH, "org.blehub.Hub1.State")

    def restart_hub(self):
        self.run("systemctl", "restart", "blehubd.service")

    def forget_votes(self):
        """What users said of the radio does not outlive the case."""
        self.stack.callback(self.restart_hub)

    def configure(self, text):
        """Another configuration until the case ends; the daemon starts anew with it."""
        path = pathlib.Path("/etc/blehub/conf.d/vm.conf")
        path.write_text(text)
        self.stack.callback(self.restart_hub)
        self.stack.callback(path.unlink)
        self.restart_hub()

    def drop_in(self, text):
        """Other settings of the daemon's unit until the case ends; it starts anew with them."""
        path = pathlib.Path("/run/systemd/system/blehubd.service.d/vm.conf")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.stack.callback(self._use_drop_ins)
        self.stack.callback(path.unlink)
        self._use_drop_ins()

    def _use_drop_ins(self):
        self.run("systemctl", "daemon-reload")
        self.restart_hub()

    def configure_bluez(self, text):
        """Another main.conf until the case ends; bluetoothd starts anew with it."""
        path = pathlib.Path("/etc/bluetooth/main.conf")
        restart = ["systemctl", "restart", "bluetooth.service"]
        self.stack.callback(self.run, *restart)
        self.stack.callback(path.write_text, path.read_text())
        path.write_text(text)
        self.run(*restart)
        self.wait_for_hub("no-adapter")

    # Programs

    def run(self, *command, user=None, check=True, timeout=PATIENCE_S):
        """A program to its end, as another user if named."""
        done = subprocess.run(command, user=user, timeout=timeout, text=True, check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment())
        if check and done.returncode:
            raise AssertionError(f"{' '.join(map(str, command))}: exit code {done.returncode}: "
                                 f"{done.stdout[-300:]} {done.stderr[-300:]}")
        return done

    def start(self, *command, user=None, stdin=subprocess.PIPE):
        """A program that stays until the case ends, unless it ends before; what it says can be read."""
        process = subprocess.Popen(command, user=user, stdin=stdin, stdout=subprocess.PIPE, text=True, env=_environment())
        self.stack.callback(_end, process)
        return process

    def start_client(self, user=None, **options):
        """Another program with a scan of lifetime "caller"; it says the scan's path and stays."""
        process = self.start("/usr/bin/python3", "-B", LIB / "client.py", json.dumps(options), user=user)
        process.scan = process.stdout.readline().strip()
        require(process.scan.startswith("/org/blehub/scan/"), f"client said '{process.scan}'")
        return process

    # Controllers

    def plug(self, scenario, state="ready"):
        """Our own controller playing a scenario; returns when the hub is in that state (None: at once)."""
        self.number += 1
        path = pathlib.Path(f"/run/blehub-vm-{self.number}.scenario")
        path.write_text(scenario)
        return self._plug([LIB / "blehub-vhci", "--scenario", path], scenario, state)

    def replug(self, controller, state="ready"):
        """The same controller once more."""
        return self._plug(controller.process.args, controller.scenario, state)

    def plug_btvirt(self, count, state="ready", kind="-L"):
        """LE controllers of BlueZ's emulator, which hear each other. They have the same addresses in each case, and BlueZ
        would remember what the peers of another case had. kind None: such as have BR/EDR and extended advertising, too."""
        for memory in pathlib.Path("/var/lib/bluetooth").glob("??:??:??:??:??:??"):
            shutil.rmtree(memory)
        return self._plug(["/usr/bin/btvirt", *([kind] if kind else []), f"-l{count}"], None, state)

    def air(self, controllers=1, links=16, state="ready"):
        """Controllers of our own and, around them, peripherals that do whatever the case says; see peers.py."""
        air = Air(controllers, links)
        self.stack.callback(air.end)
        for number in range(controllers):
            air.plug(number)
        if state:
            self.wait_for_hub(state)
        return air

    def _plug(self, command, scenario, state):
        controller = Controller(command, scenario)
        self.stack.callback(controller.unplug)
        if state:
            self.wait_for_hub(state)
        return controller

    def occupy_index(self):
        """Takes the lowest free hciN with a raw device, which BlueZ never sees. Given back when the case ends."""
        device = os.open("/dev/vhci", os.O_RDWR)
        self.stack.callback(os.close, device)
        os.write(device, bytes([0xff, 0x80]))  # HCI_VENDOR_PKT; bit 7: create as raw device

    def adapter_paths(self):
        """BlueZ's adapters: object path by address."""
        objects = self.bus.call("org.bluez", "/", "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
        return {interfaces["org.bluez.Adapter1"]["Address"]: path for path, interfaces in objects.items()
                if "org.bluez.Adapter1" in interfaces}


def _environment():
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/"}


def _end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait()
    for stream in filter(None, [process.stdin, process.stdout]):
        stream.close()
