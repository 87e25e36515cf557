# SPDX-License-Identifier: LGPL-2.1-or-later
"""What it costs to listen through blehubd, and by as many programs on bleak instead, on the real bluetoothd and bus.

They take turns, A B A B, and only whose turn it is runs: on one bus everybody would be sent what one of them asks for.
A turn is measured from when each of its programs has heard something until each has heard enough.
"""

import contextlib
import dataclasses
import os
import statistics
import time
import types

from figures import Figures
from guest import Unit, let_pass
from process import Cost, Process
from rig import Reader, start_peers, wait_all
from scenarios import ADAPTER_ADDRESS, CROWD_RATE, talkers
from setups import median

BUS = types.SimpleNamespace(address="unix:path=/run/dbus/system_bus_socket")  # what a client needs to know of it
HUB = "blehubd.service"
LAUNCH = "[Service]\nExecStart=\nExecStart=/usr/libexec/blehub-launch --ingest=${BLEHUB_INGEST}\n"
RATE = 100  # advertisements a second: four programs on bleak then keep two emulated processors busy half of the time
WARM_UP = 50
COUNT = 150
ROUNDS = 3
LAST_ROUND_S = 55  # no other round begins so long after the first: a host with other work measures fewer
BUSY_S = 3
FIGURES = Figures("figure vm-")


@contextlib.contextmanager
def _readers(world, count, ingest):
    """Clients of blehubd."""
    _choose_ingest(world, ingest)
    world.run("systemctl", "start", HUB)
    world.wait_for_hub("ready")
    with contextlib.ExitStack() as stack:
        yield [Reader(stack, BUS) for _ in range(count)]
    world.run("systemctl", "stop", HUB)


def _choose_ingest(world, ingest):
    world.run("systemctl", "set-environment", f"BLEHUB_INGEST={ingest}")


@contextlib.contextmanager
def _peers(_world, count):
    """Programs on bleak, without blehubd. They start one after the other: bluetoothd answers only the last of several
    clients that call StartDiscovery while the first has no answer yet, and bleak waits for ever."""
    with contextlib.ExitStack() as stack:
        yield [start_peers(stack, BUS, 1)[0] for _ in range(count)]


SETUPS = {
    "hub-1": (_readers, 1, "mgmt"),
    "bleak-1": (_peers, 1),
    "hub-4": (_readers, 4, "mgmt"),
    "bleak-4": (_peers, 4),
    "hub-4-dbus": (_readers, 4, "dbus"),
}


@dataclasses.dataclass
class _Turn:
    cost: Cost
    share: float  # of what was in the air, as each client heard it


def listening_is_measured_beside_bleak(world):
    _choose_ingest(world, "mgmt")
    world.drop_in(LAUNCH)
    calm = _plug(world, RATE)
    turns = _take_turns(world, calm)
    calm.unplug()
    _print_costs({name: [turn.cost for turn in those] for name, those in turns.items()})
    for name in ("hub-4", "hub-4-dbus", "bleak-4"):
        FIGURES.put(f"heard-{name}", statistics.median(turn.share for turn in turns[name]), "ratio")
    busy = _plug(world, CROWD_RATE)
    for name in ("hub-1", "bleak-1"):
        turn = _take_turn(world, busy, name, lambda _: let_pass(BUSY_S))
        FIGURES.put(f"heard-{name}-of-{CROWD_RATE}", turn.share, "ratio")


def _plug(world, rate):
    """blehubd, which does not run between turns, tells when BlueZ has the controller."""
    world.run("systemctl", "start", HUB)
    controller = world.plug(talkers(rate))
    world.run("systemctl", "stop", HUB)
    return controller


def _take_turns(world, controller):
    path = world.adapter_paths()[ADAPTER_ADDRESS]
    discovering = world.bus.follow("org.bluez", path, "org.bluez.Adapter1.Discovering")
    turns = {name: [] for name in SETUPS}
    last = time.monotonic() + LAST_ROUND_S
    for number in range(int(os.environ.get("BLEHUB_VM_ROUNDS") or ROUNDS)):
        if number and time.monotonic() > last:
            break
        for name in SETUPS:
            turns[name].append(_take_turn(world, controller, name, lambda clients: wait_all(clients, COUNT)))
            discovering.wait_for(False)
            print("measured", name, flush=True)  # a guest that says nothing for long is ended
    return turns


def _take_turn(world, controller, name, await_end):
    """CPU per advertisement that a client hears: each hears about the same."""
    start, *arguments = SETUPS[name]
    controller.silence()  # else those that listen already would keep the others from starting
    with start(world, *arguments) as clients:
        controller.resume()
        groups = [*(_processes(world, unit) for unit in ("dbus.service", HUB)), clients,
                  _processes(world, "bluetooth.service")]
        wait_all(clients, WARM_UP)
        for client in clients:
            client.ask("count")
        aired, before = controller.advertised(), _cpu_us(groups)
        await_end(clients)
        after, aired = _cpu_us(groups), controller.advertised() - aired
        heard = statistics.mean(int(client.ask("report").split()[0]) for client in clients)
    return _Turn(Cost(*((new - old) / heard for new, old in zip(after, before))), heard / aired)


def _processes(world, unit):
    """None of a unit that does not run."""
    pid = Unit(world.bus, unit).pid()
    return [Process(pid)] if pid else []


def _cpu_us(groups):
    return [sum(process.cpu_us() for process in group) for group in groups]


def _print_costs(costs):
    FIGURES.put("rounds", len(costs["hub-1"]), "rounds", 0)
    for name, those in costs.items():
        for part in ("bus", "bluetoothd"):
            FIGURES.put(f"{part}-of-{name}", median(those, part), "us", 0)
    for clients in (1, 4):
        for prefix, part in (("", "clients"), ("system-", "system")):
            FIGURES.put(f"{prefix}bleak-{clients}", median(costs[f"bleak-{clients}"], part), "us", 0)
    for name, clients in (("1", 1), ("4", 4), ("4-dbus", 4)):
        hub, system = (median(costs[f"hub-{name}"], part) for part in ("hub", "system"))
        FIGURES.put(f"hub-{name}", hub, "us", 0)
        FIGURES.ratio(f"hub-{name}/bleak", hub, median(costs["bleak-1"], "clients"))
        FIGURES.put(f"system-{name}", system, "us", 0)
        FIGURES.ratio(f"system-{name}/bleak", system, median(costs[f"bleak-{clients}"], "system"))
