# SPDX-License-Identifier: LGPL-2.1-or-later
"""The kernel's management socket: who opens it, what it brings, and what is left in the kernel."""

import os
import pathlib
import signal
import struct

from guest import HUB, HUB_PATH, Unit, let_pass, poll, require, require_equal
from management import Management
from scenarios import ADAPTER, ADAPTER_ADDRESS

UNIT = "blehubd.service"
OWN = "/org/blehub/adapter/" + ADAPTER_ADDRESS.replace(":", "_")

# As the radios of a Raspberry Pi filter: whatever a device says, it is heard once per scan.
STRICT = f"""[adapter radio]
Address={ADAPTER_ADDRESS}
DuplicateFilter=address
"""

# The same words ten times a second.
BEACON = """
[device beacon]
Address=D0:00:00:00:00:02
Type=nonconnectable
ManufacturerData=004c:0215fda50693a4e24fb1afcfc6eb07647825000a0007c5
IntervalMs=100
"""

FAST_BEACON = BEACON.replace("IntervalMs=100", "IntervalMs=30").replace("00:02", "00:12")

LEVELS = [-37, -52, -68, -91]
LEVELLED = """
[device levelled]
Address=D0:00:00:00:00:03
Type=nonconnectable
PayloadCounter=true
IntervalMs=100
RSSI=""" + ";".join(map(str, LEVELS)) + "\n"


def _named(address):
    """Answers scan requests with its name. Each case has one of its own: what is joined once is remembered."""
    return f"""
[device named]
Address={address}
Type=scannable
Advertising=05ffffff0102
ScanResponse=060942656c6c61
IntervalMs=100
"""


class _Mgmt(Management):
    """Another program in the kernel's eyes."""

    def monitors(self):
        data = self.call(0x0051)
        count = struct.unpack_from("<H", data, 11)[0]
        return set(struct.unpack_from(f"<{count}H", data, 13))

    def add_monitor(self):
        """One that looks for something else."""
        return struct.unpack("<H", self.call(0x0052, 0, bytes([1, 0xff, 0, 2, 0x59, 0]) + bytes(29)))[0]

    def remove_monitor(self, handle):
        self.call(0x0053, 0, struct.pack("<H", handle))

    def scan_parameters(self):
        """Interval and window of discoveries and of monitors, in units of 0.625 ms."""
        data, values = self.call(0x004b), {}
        while data:
            kind, size = struct.unpack_from("<HB", data)
            values[kind] = int.from_bytes(data[3:3 + size], "little")
            data = data[3 + size:]
        return [values[kind] for kind in range(0x11, 0x15)]


def _mgmt(world):
    mgmt = _Mgmt()
    world.stack.callback(mgmt.socket.close)
    return mgmt


def _capabilities(world):
    return world.bus.get(HUB, HUB_PATH, "org.blehub.Hub1.Capabilities")


def _share_heard(controller, scan, seconds):
    """How many of the advertisements on the air the scan sees."""
    seen, sent = scan.get("Seen"), controller.advertised()
    let_pass(seconds)
    seen, sent = scan.get("Seen") - seen, controller.advertised() - sent
    require(sent >= 8 * seconds, f"only {sent} advertisements in {seconds} s: nothing was tested")
    return seen / sent


def the_launcher_hands_over_the_socket_and_no_right(world):
    world.plug(ADAPTER + BEACON)
    pid = Unit(world.bus, UNIT).pid()
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    for kind in ["CapInh", "CapPrm", "CapEff", "CapAmb"]:
        require(f"{kind}:\t{0:016x}\n" in status, f"{kind} is not empty: {status}")
    command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    require(any(word.startswith(b"--mgmt-fd=") for word in command), f"no socket: {command}")
    poll(lambda: "every-report" in _capabilities(world), "the monitor to be tried")
    for capability in ["raw-data", "every-report", "passive-scan", "scan-duty"]:
        require(capability in _capabilities(world), f"no {capability}: {_capabilities(world)}")


def every_report_of_a_constant_beacon_is_heard(world):
    controller = world.plug(STRICT + BEACON)
    poll(lambda: "every-report" in _capabilities(world), "the capability")
    scan = world.bus.scan(Report="all")
    scan.follow_state().wait_for("scanning")
    let_pass(1)
    share = _share_heard(controller, scan, 12)  # BlueZ begins anew every 10.24 s
    require(0.95 <= share <= 1.01, f"{100 * share:.1f} % were heard")
    return f"{100 * share:.1f} % of a constant beacon's reports in 12 s"


def without_the_socket_a_constant_beacon_is_heard_as_often_as_discoveries_start(world):
    world.drop_in("[Service]\nExecStart=\nExecStart=/usr/libexec/blehubd\n")  # as where nobody opens the socket for it
    controller = world.plug(STRICT + BEACON)
    for capability in ["raw-data", "every-report", "passive-scan", "scan-duty"]:
        require(capability not in _capabilities(world), f"{capability} is claimed")
    scan = world.bus.scan(Report="all")
    scan.follow_state().wait_for("scanning")
    let_pass(1)
    share = _share_heard(controller, scan, 10)
    require(0.02 <= share < 0.5, f"{100 * share:.1f} % were heard")
    return f"{100 * share:.1f} % of a constant beacon's reports in 10 s"


def a_device_that_answers_no_scan_request_has_the_rssi_of_each_report(world):
    world.plug(STRICT + LEVELLED)
    scan = world.bus.scan(Report="all")
    reports = [scan.wait_device() for _ in range(40)]
    first = _count(reports[0]) - LEVELS.index(reports[0]["RSSI"])
    for row in reports:
        require_equal(row["RSSI"], LEVELS[(_count(row) - first) % len(LEVELS)], f"RSSI of number {_count(row)}")
        require_equal(row["Connectable"], False, "connectable")
    require(len({row["RSSI"] for row in reports}) == len(LEVELS), "not every level was heard")


def _count(row):
    return struct.unpack("<I", bytes(row["ManufacturerData"][0xffff])[-4:])[0]


def the_bytes_of_a_row_are_those_on_the_air(world):
    world.plug(STRICT + _named("D0:00:00:00:00:04"))
    active = world.bus.scan()
    poll(lambda: [row for row in active.devices() if row.get("Name") == "Bella"], "the scan response")
    row = active.devices()[0]
    require_equal(bytes(row["AdvertisingData"]).hex(), "05ffffff0102" "060942656c6c61", "joined data")
    require_equal(row["Merged"], True, "merged")


def a_passive_scan_needs_no_discovery_and_asks_for_no_scan_response(world):
    world.plug(STRICT + _named("D0:00:00:00:00:05"))
    poll(lambda: "passive-scan" in _capabilities(world), "the capability")
    scan = world.bus.scan(Active=False, Report="all")
    rows = [scan.wait_device() for _ in range(5)]
    require_equal(bytes(rows[-1]["AdvertisingData"]).hex(), "05ffffff0102", "advertising data")
    require_equal(rows[-1]["Merged"], False, "merged")
    require("Name" not in rows[-1], "it was asked for its name")
    path = world.adapter_paths()[ADAPTER_ADDRESS]
    require_equal(world.bus.get("org.bluez", path, "org.bluez.Adapter1.Discovering"), False, "BlueZ's Discovering")


def a_duty_cycle_reaches_the_controller_and_goes_with_its_scan(world):
    controller = world.plug(STRICT + FAST_BEACON)
    mgmt = _mgmt(world)
    own = mgmt.scan_parameters()
    poll(lambda: "every-report" in _capabilities(world), "the capability")
    scan = world.bus.scan(Report="all", Active=False, Preset="low-power")
    scan.follow_state().wait_for("scanning")
    require_equal(world.bus.get(HUB, OWN, "org.blehub.Adapter1.ScanIntervalUs"), 300000, "interval")
    require_equal(mgmt.scan_parameters(), [480, 48, 480, 48], "the kernel's parameters")
    share = _share_heard(controller, scan, 8)
    require(0.03 <= share <= 0.25, f"{100 * share:.1f} % were heard at 10 %")
    scan.release()
    poll(lambda: mgmt.scan_parameters() == own, f"the controller's own parameters, {own}")
    return f"{100 * share:.1f} % heard at a duty cycle of 10 %"


def monitors_left_by_a_killed_daemon_go_and_nobody_elses(world):
    world.plug(STRICT + BEACON)
    mgmt = _mgmt(world)
    theirs = {mgmt.add_monitor()}
    world.stack.callback(lambda: [mgmt.remove_monitor(handle) for handle in theirs & mgmt.monitors()])
    poll(lambda: "every-report" in _capabilities(world), "the capability")
    bus = world.new_bus()
    scan = bus.scan(Report="all", Preset="balanced")
    scan.follow_state().wait_for("scanning")
    ours = mgmt.monitors() - theirs
    require_equal(len(ours), 1, f"monitors of blehubd among {mgmt.monitors()}")
    unit = Unit(world.bus, UNIT)
    pid = unit.pid()
    os.kill(pid, signal.SIGKILL)
    theirs.add(mgmt.add_monitor())
    unit.wait_for_new_process(pid)
    world.wait_for_hub("ready")
    poll(lambda: "every-report" in _capabilities(world), "the capability of the new process")
    poll(lambda: mgmt.monitors() == theirs, f"only others' monitors, not {mgmt.monitors()}")
    poll(lambda: not pathlib.Path("/run/blehub/monitors").exists(), "nothing left to be undone")
