# SPDX-License-Identifier: LGPL-2.1-or-later
"""blehubd as a systemd service: privilege, activation, watchdog, log level, bus policy."""

import json
import os
import pathlib
import pwd
import signal
import time

from guest import HUB, HUB_PATH, Unit, let_pass, require, require_equal
from scenarios import ADAPTER_ADDRESS, TICKER

UNIT = "blehubd.service"


def _status_of(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def the_daemon_runs_as_its_own_user_without_any_capability(world):
    status = _status_of(Unit(world.bus, UNIT).pid())
    require_equal(set(status["Uid"].split()), {str(pwd.getpwnam("blehub").pw_uid)}, "uids")
    for kind in ["CapInh", "CapPrm", "CapEff", "CapAmb"]:
        require_equal(int(status[kind], 16), 0, kind)
    require_equal(int(status["CapBnd"], 16), 1 << 12, "the launcher's, which NoNewPrivs keeps from ever coming back")
    require_equal(status["NoNewPrivs"], "1", "NoNewPrivs")
    require_equal(status["Seccomp"], "2", "Seccomp")


def the_daemon_cannot_write_outside_its_own_directories(world):
    pid = Unit(world.bus, UNIT).pid()
    for path in ["/usr", "/etc", "/etc/blehub", "/var"]:
        flags = os.statvfs(f"/proc/{pid}/root{path}").f_flag
        require(flags & os.ST_RDONLY, f"{path} is writable for the daemon")
    require_equal(pathlib.Path("/etc/blehub").stat().st_uid, 0, "owner of the configuration")
    for path in ["/var/lib/blehub", "/run/blehub"]:
        require_equal(pathlib.Path(path).stat().st_uid, pwd.getpwnam("blehub").pw_uid, f"owner of {path}")


def systemctl_changes_the_log_level(world):
    for level in ["debug", "info"]:
        world.run("systemctl", "service-log-level", UNIT, level)
        require_equal(world.run("systemctl", "service-log-level", UNIT).stdout.strip(), level, "level")


def systemctl_reloads_the_configuration_unless_it_has_a_mistake(world):
    path = pathlib.Path("/etc/blehub/conf.d/vm.conf")
    world.stack.callback(world.restart_hub)
    world.stack.callback(path.unlink)
    pid = Unit(world.bus, UNIT).pid()
    for text, accepted, scans in [("[limits]\nMaxScans=7\n", True, 7), ("[limits]\nMaxScans=many\n", False, 7)]:
        path.write_text(text)
        done = world.run("systemctl", "reload", UNIT, check=False)
        require_equal(done.returncode == 0, accepted, f"reload of {text!r} accepted")
        require_equal(world.bus.get(HUB, HUB_PATH, "org.blehub.Hub1.Limits")["MaxScans"], scans, "MaxScans")
    require_equal(Unit(world.bus, UNIT).pid(), pid, "process")
    log = _journal(world)
    require("vm.conf:2: [limits] MaxScans:" in log, f"the journal does not say where: {log[-300:]}")


def _journal(world):
    world.run("journalctl", "--sync")
    return world.run("journalctl", "--unit", UNIT, "-o", "cat", "--since=-60s").stdout


def the_journal_says_which_adapter_and_what_kind_of_message(world):
    since = time.time()
    world.plug(TICKER)
    world.run("journalctl", "--sync")
    lines = world.run("journalctl", f"BLEHUB_ADAPTER={ADAPTER_ADDRESS}", "--unit", UNIT, "-o", "json",
                      f"--since=@{since:.6f}").stdout.splitlines()
    entries = [json.loads(line) for line in lines]
    require(any("is there" in entry["MESSAGE"] for entry in entries), f"no entry of the adapter: {entries}")
    world.run("journalctl", "--update-catalog")  # as the installation of a package does
    for entry in entries:
        done = world.run("journalctl", "--dump-catalog", entry["MESSAGE_ID"])
        require("Defined-By: blehub" in done.stdout, f"nothing explains: {entry}")


def another_user_may_not_reload(world):
    denied = world.bus.counters()["Denied"]
    done = world.run("/usr/bin/python3", "-c", _RELOAD, user="nobody", check=False)
    require("org.blehub.Error.NotAuthorized" in done.stderr, f"nobody got: {done.stdout} {done.stderr}")
    require_equal(world.bus.counters()["Denied"], denied + 1, "calls denied")


_RELOAD = """
from gi.repository import Gio
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
print(bus.call_sync("org.blehub", "/org/blehub", "org.blehub.Hub1", "Reload", None, None, 0, -1))
"""


def a_call_starts_the_daemon(world):
    world.run("systemctl", "stop", UNIT)
    world.run("busctl", "get-property", HUB, HUB_PATH, "org.blehub.Hub1", "Version", user="nobody")
    require_equal(Unit(world.bus, UNIT).state(), "active", "state after the call")


def the_status_line_says_how_it_is(world):
    text = world.bus.get("org.freedesktop.systemd1", Unit(world.bus, UNIT).path,
                         "org.freedesktop.systemd1.Service.StatusText")
    require(text != "", "no status text")


def the_watchdog_restarts_a_daemon_that_hangs(world):
    world.drop_in("[Service]\nWatchdogSec=2s\n")
    unit = Unit(world.bus, UNIT)
    pid = unit.pid()
    let_pass(5)
    require_equal(unit.pid(), pid, "process after two idle watchdog periods")
    os.kill(pid, signal.SIGSTOP)
    unit.wait_for_new_process(pid)
    log = _journal(world)
    require("Watchdog timeout" in log, f"systemd did not speak of the watchdog: {log[-300:]}")


def a_crashed_daemon_comes_back(world):
    unit = Unit(world.bus, UNIT)
    pid = unit.pid()
    os.kill(pid, signal.SIGKILL)
    unit.wait_for_new_process(pid)
    world.wait_for_hub("no-adapter")


def the_bus_lets_no_other_user_own_the_name(world):
    world.run("systemctl", "stop", UNIT)
    for user in ["nobody", "root"]:
        done = world.run("/usr/bin/python3", "-c", _OWN, user=user, check=False)
        require("AccessDenied" in done.stderr, f"{user} got: {done.stdout} {done.stderr}")


_OWN = """
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
print(bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                    GLib.Variant("(su)", ("org.blehub", 4)), None, 0, -1))
"""


def a_bluetoothd_that_crashes_is_started_again(world):
    unit = Unit(world.bus, "bluetooth.service")
    pid = unit.pid()
    os.kill(pid, signal.SIGKILL)
    unit.wait_for_new_process(pid)
