# SPDX-License-Identifier: LGPL-2.1-or-later
"""What clients want outlives what happens to BlueZ and its controllers.

Each case has two programs scanning, does the world some harm, and then asks: did the hub say exactly what happened,
does each scan hear devices again, without its client having done anything?
"""

import os
import signal
import time

from guest import Unit, let_pass, poll, require, require_equal
from scenarios import ADAPTER_ADDRESS, TICKER, TICKER_ADDRESS

BLUETOOTH = "bluetooth.service"


class _Scanning:
    """Two clients that hear the ticker, and all that they are told."""

    def __init__(self, world):
        self.controller = world.plug(TICKER)
        self.scans = [world.new_bus().scan(), world.new_bus().scan(NamePattern="Tick*")]
        for scan in self.scans:
            scan.wait_device()
        self.states = [scan.follow_state() for scan in self.scans]
        self.hub = world.follow_hub()

    def require_resumed(self, *hub_states):
        told = [(self.hub, list(hub_states))] + [(state, ["scanning", "waiting", "scanning"]) for state in self.states]
        for follow, values in told:
            follow.wait_for_list(values)
        resumed = time.time() * 1e6
        for scan in self.scans:
            poll(lambda: scan.wait_device()["Timestamp"] > resumed, f"a report of {TICKER_ADDRESS} after it", every=0)
        # Nothing may follow: the lists are still the same now that all is well.
        for follow, values in told:
            follow.wait_for_list(values)


def scans_resume_after_bluetoothd_was_killed(world):
    scanning = _Scanning(world)
    unit = Unit(world.bus, BLUETOOTH)
    pid = unit.pid()
    os.kill(pid, signal.SIGKILL)
    unit.wait_for_new_process(pid)
    scanning.require_resumed("ready", "no-bluez", "ready")


def scans_resume_after_bluetoothd_was_stopped_for_ten_seconds(world):
    scanning = _Scanning(world)
    world.run("systemctl", "stop", BLUETOOTH)
    scanning.hub.wait_for("no-bluez")
    let_pass(10)
    require(Unit(world.bus, BLUETOOTH).state() == "inactive", "somebody started bluetoothd")
    world.run("systemctl", "start", BLUETOOTH)
    scanning.require_resumed("ready", "no-bluez", "ready")


def scans_resume_on_a_controller_plugged_back_under_another_index(world):
    scanning = _Scanning(world)
    before = world.adapter_paths()[ADAPTER_ADDRESS]
    scanning.controller.unplug()
    scanning.hub.wait_for("no-adapter")
    world.occupy_index()
    world.replug(scanning.controller)
    scanning.require_resumed("ready", "no-adapter", "ready")
    after = world.adapter_paths()[ADAPTER_ADDRESS]
    require(before != after, f"the controller is {after} again: nothing was tested")
    name = world.bus.get("org.blehub", f"/org/blehub/adapter/{ADAPTER_ADDRESS.replace(':', '_')}",
                         "org.blehub.Adapter1.Name")
    require(after.endswith("/" + name), f"the hub calls {after} {name}")


def scans_resume_after_another_program_switched_the_radio_off_and_on(world):
    scanning = _Scanning(world)
    path = world.adapter_paths()[ADAPTER_ADDRESS]
    for value, state in [("false", "radio-off"), ("true", "ready")]:
        world.run("busctl", "set-property", "org.bluez", path, "org.bluez.Adapter1", "Powered", "b", value)
        scanning.hub.wait_for(state)
    scanning.require_resumed("ready", "radio-off", "ready")


def a_scan_that_falls_silent_is_restarted_and_then_the_radio_power_cycled(world):
    world.configure("[recovery]\nSilentMs=3000\nPowerCycleMinMs=3000\n")
    controller = world.plug(TICKER)
    scan = world.bus.scan()
    scan.wait_device()
    of_scan = scan.follow_state()
    path = f"/org/blehub/adapter/{ADAPTER_ADDRESS.replace(':', '_')}"
    state = world.bus.follow("org.blehub", path, "org.blehub.Adapter1.State")
    controller.silence()
    state.wait_for("silent")
    for counter in ["DiscoveryRestarts", "PowerCycles"]:
        poll(lambda: world.bus.counters()[counter] >= 1, f"{counter} to count")
    controller.resume()
    state.wait_for("scanning")
    scan.wait_device()
    # The rungs are seen by the scan: discovery restarted, radio off and on.
    of_scan.wait_for("scanning")
    require_equal(of_scan.values[:5], ["scanning", "waiting", "scanning", "waiting", "scanning"], "states of the scan")
