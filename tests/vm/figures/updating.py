# SPDX-License-Identifier: LGPL-2.1-or-later
"""How fast updates of a characteristic reach those who are subscribed, and what they cost: served through blehubd, by BlueZ's own
example of a server, and by a program on an asyncio D-Bus library; the same centrals, bluetoothd and bus, in turns.

All that is told reaches every central, or there is no figure.
"""

import contextlib
import os
import statistics
import time

from figures import Figures
from guest import Unit
from process import Cost, Process
from rig import TOP, Program
from setups import median

SERVICE, SAMPLES = "5a1b0001-7c1e-4a53-9e61-3f2c3a5d0001", "5a1b0011-7c1e-4a53-9e61-3f2c3a5d0001"
MEASUREMENT = "2a37"  # of the example
EXAMPLE = "/usr/share/doc/bluez-test-scripts/examples/example-gatt-server"
CENTRALS = (1, 3)
UPDATES = 120
ROUNDS = 3
FIGURES = Figures("figure vm-")


def updates_are_measured_beside_other_servers(world):
    air = world.air()
    centrals = [air.central() for _ in range(max(CENTRALS))]
    servers = {"hub": (["served.py", air.addresses[0], SERVICE, SAMPLES], SAMPLES),
               "example": (["peer_served_example.py", EXAMPLE], MEASUREMENT),
               "dbus": (["peer_served.py", "/org/bluez/hci0", SERVICE, SAMPLES], SAMPLES)}
    seen = {}
    for _ in range(int(os.environ.get("BLEHUB_VM_ROUNDS") or ROUNDS)):
        for name, (command, uuid) in servers.items():
            for count, *measured in _measure(world, command, uuid, centrals):
                seen.setdefault((name, count), []).append(measured)
                print("measured", name, count, flush=True)  # a guest that says nothing for long is ended
    for count in CENTRALS:
        _say(count, {name: seen[name, count] for name in servers})


def _say(count, seen):
    rates = {name: statistics.median(rate for rate, _ in measured) for name, measured in seen.items()}
    costs = {name: median([cost for _, cost in measured], "system") for name, measured in seen.items()}
    for name in seen:
        FIGURES.put(f"updates-{count}-{name}", rates[name], "1/s", 1)
        FIGURES.put(f"update-{count}-{name}", costs[name], "us", 0)
    FIGURES.put(f"update-{count}-blehubd", median([cost for _, cost in seen["hub"]], "hub"), "us", 0)
    for peer in ("example", "dbus"):
        FIGURES.ratio(f"updates-{count}-hub/{peer}", rates["hub"], rates[peer])
        FIGURES.ratio(f"update-{count}-hub/{peer}", costs["hub"], costs[peer])


def _measure(world, command, uuid, centrals):
    """For each number of centrals: updates a second, and the CPU of each."""
    with contextlib.ExitStack() as stack:
        server = Program(stack, ["/usr/bin/python3", "-B", TOP / "tests/bench" / command[0], *command[1:]])
        server.read()
        stack.callback(world.bus.call, "org.blehub", world.bus.hub("Advertise", Name="bench"),
                       "org.blehub.Advertisement1.Release")
        processes = [*(Process(Unit(world.bus, f"{unit}.service").pid()) for unit in ("dbus", "blehubd")), server,
                     Process(Unit(world.bus, "bluetooth.service").pid())]
        told = []
        for count in CENTRALS:
            while len(told) < count:
                told.append(_connect(stack, centrals[len(told)], uuid))
            _burst(server, told, uuid, UPDATES)  # what runs for the first time is slow in an emulated machine
            before, start = _cpu_us(processes), time.monotonic()
            _burst(server, told, uuid, UPDATES)
            seconds = time.monotonic() - start
            yield count, UPDATES / seconds, Cost(
                *((after - former) / UPDATES for former, after in zip(before, _cpu_us(processes))))


def _connect(stack, central, uuid):
    central.connect()
    stack.callback(central.disconnect)
    central.subscribe(uuid)
    return central


def _burst(server, centrals, uuid, count):
    for central in centrals:
        central.forget()
    server.ask(f"burst {count}")
    for central in centrals:
        central.wait_told(uuid, count)


def _cpu_us(processes):
    return [process.cpu_us() for process in processes]
