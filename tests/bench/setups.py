# SPDX-License-Identifier: LGPL-2.1-or-later
"""Set-ups that are measured against each other: an air, a bus, and who listens, all alive side by side.

Only one is sent advertisements at a time, so they can take turns: A B A B.
"""

import socket
import statistics
import time

import links
from process import Cost
from rig import Air, Bus, Hub, Reader, start_peers, wait_all

SETTLE_S = 0.05  # longer than blehubd waits to gather a batch


class Setup:
    """One air on one bus. Those who listen are in clients; hub is blehubd or nothing."""

    def __init__(self, stack, way="signals", devices=1000):
        kernel, hub_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) if way != "signals" else (None, None)
        self.stack = stack
        self.way = way
        self.bus = Bus(stack)
        self.air = Air(stack, self.bus, devices, kernel)
        self.hub_end = hub_end
        self.devices = devices
        self.hub = None
        self.clients = []

    def warm_up(self):
        """Every device is heard once, so that nobody meets a new one later."""
        self.measure(self.devices, 0)

    def measure(self, count, rate, way=None, mode="count"):
        """What count advertisements at a rate (0: as fast as they are taken) cost each of the programs."""
        for client in self.clients:
            client.ask(mode)
        before = self._costs()
        reports = self.hub.counter("Reports") if self.hub else 0
        self.air.send(count, rate, way or self.way)
        self._wait(count, reports, rate)
        cost = Cost(*((after - former) / count for former, after in zip(before, self._costs())))
        if self.hub and not self.clients and self.hub.counter("Reports") != reports + count:
            raise RuntimeError(f"blehubd heard {self.hub.counter('Reports') - reports} of {count}")
        return cost

    def latency(self, count, rate):
        """Median and 99th percentile in us from sending to hearing, mean over the clients."""
        self.measure(count, rate, mode="time")
        answers = [client.ask("report").split() for client in self.clients]
        return tuple(statistics.mean(float(answer[column]) for answer in answers) for column in (1, 2))

    def _wait(self, count, reports, rate):
        wait_all(self.clients, count)
        if self.hub and not self.clients and rate == 0:
            self.hub.wait_reports(reports + count)
        elif self.hub and rate:
            time.sleep(SETTLE_S)

    def _costs(self):
        hub = self.hub.cpu_us() if self.hub else 0
        return self.bus.cpu_us(), hub, sum(client.cpu_us() for client in self.clients)


def hub_setup(stack, readers=0, way="signals", form="packed", batch_ms=10, devices=1000, queue=4096, watched=False):
    """blehubd and its readers; with none, a scan that nobody reads. watched: and a watch of everything."""
    setup = Setup(stack, way, devices)
    setup.hub = Hub(stack, setup.bus, setup.hub_end)
    setup.clients = [Reader(stack, setup.bus, form, batch_ms, queue) for _ in range(readers)]
    if not readers:
        setup.hub.scan()
    if watched:
        setup.hub.watch()
    setup.hub.wait_scanning()
    setup.warm_up()
    return setup


def peer_setup(stack, peers):
    """Programs on bleak."""
    setup = Setup(stack)
    setup.clients = start_peers(stack, setup.bus, peers)
    setup.warm_up()
    return setup


# Every set-up there is, by name: how it is made.
RECIPES = {
    **links.RECIPES,
    "peers-1": (peer_setup, {"peers": 1}),
    "peers-4": (peer_setup, {"peers": 4}),
    "peers-16": (peer_setup, {"peers": 16}),
    "hub-0": (hub_setup, {}),
    "hub-0-mgmt": (hub_setup, {"way": "both"}),
    "hub-0-mgmt-watched": (hub_setup, {"way": "both", "watched": True}),
    "hub-4": (hub_setup, {"readers": 4}),
    "hub-4-mgmt": (hub_setup, {"readers": 4, "way": "both"}),
    "hub-4-json": (hub_setup, {"readers": 4, "form": "json"}),
    "hub-4-now": (hub_setup, {"readers": 4, "batch_ms": 0}),
    "hub-4-mgmt-now": (hub_setup, {"readers": 4, "way": "both", "batch_ms": 0}),
    "hub-5-now": (hub_setup, {"readers": 5, "batch_ms": 0, "queue": 200}),
    "hub-16": (hub_setup, {"readers": 16}),
    "hub-16-mgmt": (hub_setup, {"readers": 16, "way": "both"}),
    "hub-16-json": (hub_setup, {"readers": 16, "form": "json"}),
    "hub-16-now": (hub_setup, {"readers": 16, "batch_ms": 0}),
    "hub-0-few": (hub_setup, {"devices": 100}),
    "hub-0-many": (hub_setup, {"devices": 10000}),
    "hub-0-mgmt-few": (hub_setup, {"way": "both", "devices": 100}),
    "hub-0-mgmt-many": (hub_setup, {"way": "both", "devices": 10000}),
}


class Setups:
    """Makes set-ups when they are first asked for and keeps them."""

    def __init__(self, stack):
        self.stack = stack
        self.made = {}

    def get(self, name):
        if name not in self.made:
            make, options = RECIPES[name]
            self.made[name] = make(self.stack, **options)
        return self.made[name]

    def take_turns(self, names, rounds, measure):
        """measure(setup, name) for each set-up in turn, rounds times: a list of results for each name."""
        setups = {name: self.get(name) for name in names}
        results = {name: [] for name in names}
        for _ in range(rounds):
            for name, setup in setups.items():
                results[name].append(measure(setup, name))
        return results


def median(costs, part):
    """The median of one part of several costs."""
    return statistics.median(getattr(cost, part) for cost in costs)
