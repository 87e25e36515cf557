# SPDX-License-Identifier: LGPL-2.1-or-later
"""The parts of the bench: each measures what belongs together in turns and prints its figures."""

import contextlib
import os
import pathlib
import re
import signal
import statistics
import subprocess
import time

from figures import Figures
from rig import BUILD, TOP, Air, Bus, Hub, Program
from setups import median

RATE = 1000               # advertisements a second where nothing else is said
BURST = 20000             # advertisements where they come as fast as they are taken
READY_RUNS = 7
READS = 200
NOTIFICATIONS = 100       # a second, to 1 client and to 16
LIB_GOALS = {"bytes-per-device": 256, "table-cost-10000/100": 1.2, "proximity-us-per-report": 0.5,
             "proximity-cost-10000/100": 1.2, "proximity-bytes-per-identity": 256}
UNIT = TOP / "systemd/blehubd.service.in"
RATIO_NAMES = {"ingest-dbus-paced": "ingest-dbus-paced/bleak", "ingest-mgmt-paced": "ingest-mgmt-paced/bleak",
               "hub-4-dbus": "hub-4/bleak-dbus", "hub-4-mgmt": "hub-4/bleak-mgmt"}


def describe_machine():
    """Comment lines: what the figures were measured on."""
    models = [line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
              if line.startswith("model name")]
    print(f"# {models[0] if models else os.uname().machine}, {os.cpu_count()} cores, Linux {os.uname().release},"
          f" load {os.getloadavg()[0]:.2f} at the start")


class Bench:
    """What the parts share: set-ups, figures, and how long to measure."""

    def __init__(self, stack, setups, quick):
        self.stack = stack
        self.setups = setups
        self.figures = Figures()
        self.rounds = 1 if quick else 5
        self.count = RATE if quick else RATE * 3 // 2  # of a paced window: 1 s or 1.5 s
        self.idle = None

    def bursts(self, names):
        """As fast as it is taken. The kernel's events alone: BlueZ's signals would keep the bus busy meanwhile."""
        def measure(setup, _):
            return setup.measure(BURST, 0) if setup.way == "signals" else setup.measure(5 * BURST, 0, "events")
        return self.setups.take_turns(names, self.rounds, measure)

    def paced(self, names, rate=RATE):
        count = self.count * rate // RATE
        return self.setups.take_turns(names, self.rounds, lambda setup, _: setup.measure(count, rate))

    def start_idle(self):
        """blehubd that nobody asks for anything, watched from here to the end; others' devices must not wake it."""
        bus = Bus(self.stack)
        air = Air(self.stack, bus)
        seconds = 60 * int(re.search(r"^WatchdogSec=(\d+)min$", UNIT.read_text(), re.MULTILINE)[1])
        hub = Hub(self.stack, bus, watchdog_us=seconds * 1_000_000)
        time.sleep(1)  # what follows a start is no idling, and nothing tells its end
        self.idle = (hub, hub.wakeups(), time.monotonic(), seconds)
        air.send(RATE, RATE)

    # The parts

    def lib(self):
        """The library alone: programs that print figures of their own, of which some have goals."""
        for program in ["bench-lib", "bench-presence"]:
            done = subprocess.run([BUILD / "tests/bench" / program], check=True, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, text=True)
            for line in done.stdout.splitlines():
                self._pass_on(line)

    def _pass_on(self, line):
        name, value, unit = re.fullmatch(r"([^:]+): ([\d.]+) (\w+)", line).groups()
        digits = len(value.partition(".")[2])
        if name in LIB_GOALS:
            self.figures.goal(name, float(value), unit, LIB_GOALS[name], digits)
        else:
            self.figures.put(name, float(value), unit, digits)

    def ready(self):
        """From the start of blehubd to READY=1, with the simulated BlueZ there already."""
        with contextlib.ExitStack() as stack:
            bus = Bus(stack)
            simulator = [BUILD / "tools/sim/blehub-sim", f"--bus={bus.address}",
                         f"--scenario={TOP}/tools/sim/scenarios/home.ini"]
            Program(stack, simulator)
            bus.wait_name("org.bluez")
            times = []
            for _ in range(READY_RUNS):
                with contextlib.ExitStack() as run:
                    times.append(Hub(run, bus).ready_ms)
        self.figures.goal("ready-ms", statistics.median(times), "ms", 50, 1)

    def ingest(self):
        """One consumer, as fast as it can be fed."""
        costs = self.bursts(["hub-0", "peers-1", "hub-0-mgmt"])
        peer = median(costs["peers-1"], "clients")
        dbus, mgmt = median(costs["hub-0"], "hub"), median(costs["hub-0-mgmt"], "hub")
        self.figures.put("bleak", peer, "us")
        self.figures.put("ingest-dbus", dbus, "us")
        self.figures.ratio("ingest-dbus/bleak", dbus, peer, 0.65)
        self.figures.put("bus-of-bleak", median(costs["peers-1"], "bus"), "us")
        self.figures.put("bus-of-ingest-dbus", median(costs["hub-0"], "bus"), "us")
        self.figures.goal("ingest-mgmt", mgmt, "us", 2)
        self.figures.ratio("ingest-mgmt/bleak", mgmt, peer, 0.15)

    def paced_all(self):
        """At RATE: consumers alone, then blehubd with clients against as many programs on bleak."""
        hubs = ["hub-0", "hub-0-mgmt", "hub-4", "hub-4-mgmt", "hub-4-json", "hub-16", "hub-16-mgmt", "hub-16-json"]
        costs = self.paced(["peers-1", *hubs, "peers-4", "peers-16"])
        peer = median(costs["peers-1"], "clients")
        self.figures.put("bleak-paced", peer, "us")
        for name, hub, goal in (("ingest-dbus-paced", "hub-0", 0.35), ("ingest-mgmt-paced", "hub-0-mgmt", None),
                                ("hub-4-dbus", "hub-4", 0.35), ("hub-4-mgmt", "hub-4-mgmt", 0.15)):
            cost = median(costs[hub], "hub")
            self.figures.put(name, cost, "us")
            self.figures.ratio(RATIO_NAMES[name], cost, peer, goal)
        for clients, goal in ((4, 0.14), (16, 0.07)):
            self._print_systems(costs, clients, goal)
        self._print_memory()

    def _print_systems(self, costs, clients, goal):
        peers = median(costs[f"peers-{clients}"], "system")
        self.figures.put(f"system-bleak-{clients}", peers, "us")
        for suffix in ("", "-mgmt", "-json"):
            system = median(costs[f"hub-{clients}{suffix}"], "system")
            self.figures.put(f"system-{clients}{suffix}", system, "us")
            self.figures.ratio(f"system-{clients}{suffix}/bleak", system, peers, goal if suffix == "" else None)

    def _print_memory(self):
        """1,000 devices and 4 clients."""
        self.figures.goal("rss-1000-mb", self.setups.get("hub-4").hub.memory_kb() / 1024, "MiB", 8)
        self.figures.put("rss-1000-mb-mgmt", self.setups.get("hub-4-mgmt").hub.memory_kb() / 1024, "MiB")
        self.figures.put("rss-1000-mb-own", self.setups.get("hub-4").hub.memory_kb("Pss_Anon") / 1024, "MiB")
        self.figures.put("rss-1000-mb-bleak", self.setups.get("peers-1").clients[0].memory_kb() / 1024, "MiB")

    def latency(self):
        """From sending to hearing, BatchMs=0; of each window the mean of its clients' percentiles."""
        hubs = ["hub-4-now", "hub-4-mgmt-now", "hub-16-now"]
        delays = self.setups.take_turns([*hubs, "peers-4", "peers-16"], self.rounds,
                                        lambda setup, _: setup.latency(self.count, RATE))
        p50, p99 = ({name: statistics.median(pair[column] for pair in pairs) for name, pairs in delays.items()}
                    for column in (0, 1))
        for name in delays:
            self.figures.put(f"latency-p50-{name}", p50[name], "us", 0)
            self.figures.put(f"latency-p99-{name}", p99[name], "us", 0)
        self.figures.ratio("latency-p99-4/bleak", p99["hub-4-now"], p99["peers-4"], 0.5)
        self.figures.ratio("latency-p99-4-mgmt/bleak", p99["hub-4-mgmt-now"], p99["peers-4"])
        self.figures.ratio("latency-p99-16/bleak", p99["hub-16-now"], p99["peers-16"], 0.15)

    def gatt(self):
        """A read through blehubd and one past it in turns, of a device that takes 15 ms for it."""
        setup = self.setups.get("reads")
        bluez, hub = [], []
        for _ in range(READS * self.rounds // 5):
            bluez.append(setup.time_bluez())
            hub.append(setup.time_hub())
        bluez_ms, hub_ms = statistics.median(bluez), statistics.median(hub)
        self.figures.put("gatt-bluez", bluez_ms, "ms")
        self.figures.put("gatt-hub", hub_ms, "ms")
        self.figures.goal("gatt-overhead-percent", (hub_ms / bluez_ms - 1) * 100, "%", 10, 1)

    def notify(self):
        """Clients of blehubd that are notified, beside as many programs on bleak."""
        for clients, goal in ((1, 1.0), (16, 0.25)):
            hubs = [f"notified-hub-{clients}{suffix}" for suffix in ("", "-json", "-calls")]
            peers = f"notified-peers-{clients}"
            costs = self.setups.take_turns([peers, *hubs], self.rounds if clients == 1 else min(self.rounds, 3),
                                           lambda setup, _: setup.measure(NOTIFICATIONS, NOTIFICATIONS))
            self._print_notified(clients, {name: median(those, "system") for name, those in costs.items()}, goal)
            self.figures.put(f"notify-{clients}-hub-alone", median(costs[hubs[0]], "hub"), "us", 0)

    def _print_notified(self, clients, costs, goal):
        peers = costs[f"notified-peers-{clients}"]
        self.figures.put(f"notify-bleak-{clients}", peers, "us", 0)
        for suffix in ("", "-json", "-calls"):
            cost = costs[f"notified-hub-{clients}{suffix}"]
            self.figures.put(f"notify-{clients}{suffix}", cost, "us", 0)
            self.figures.ratio(f"notify-{clients}{suffix}/bleak", cost, peers, goal if suffix == "" else None)

    def ten_thousand(self):
        """10,000 a second to 4 clients over the management socket."""
        costs = self.paced(["hub-4-mgmt"], 10 * RATE)["hub-4-mgmt"]
        self.figures.goal("core-percent-10000", median(costs, "hub") * 10 * RATE / 1e6 * 100, "%", 5)

    def devices(self):
        """10,000 devices against 100."""
        for suffix in ("", "-mgmt"):
            few, many = f"hub-0{suffix}-few", f"hub-0{suffix}-many"
            costs = self.bursts([few, many])
            few_us, many_us = median(costs[few], "hub"), median(costs[many], "hub")
            self.figures.put(f"cost-100{suffix}", few_us, "us")
            self.figures.put(f"cost-10000{suffix}", many_us, "us")
            self.figures.goal(f"cost-10000{suffix}/100", many_us / few_us, "ratio", 1.2)
            memory = [self.setups.get(name).hub.memory_kb("Pss_Anon") for name in (few, many)]
            self.figures.put(f"process-bytes-per-device{suffix}", (memory[1] - memory[0]) * 1024 / 9900, "B", 0)

    def proximity(self):
        """What a watch of everything adds to an advertisement, in the whole daemon."""
        costs = self.bursts(["hub-0-mgmt", "hub-0-mgmt-watched"])
        plain, watched = median(costs["hub-0-mgmt"], "hub"), median(costs["hub-0-mgmt-watched"], "hub")
        self.figures.put("proximity-without", plain, "us")
        self.figures.put("proximity-with", watched, "us")
        self.figures.goal("proximity-added", watched - plain, "us", 0.5)

    def stalled(self):
        """Four clients' latency while a fifth is stopped, over what it is otherwise, BatchMs=0."""
        setup = self.setups.get("hub-5-now")
        *others, slow = setup.clients
        setup.clients = others
        delays = {"normal": [], "stalled": []}
        slow.ask("count")
        memory = setup.hub.memory_kb("Pss_Anon")
        for number in range(self.rounds):
            delays["normal"].append(setup.latency(self.count, RATE)[1])
            os.kill(slow.pid, signal.SIGSTOP)
            delays["stalled"].append(setup.latency(self.count, RATE)[1])
            os.kill(slow.pid, signal.SIGCONT)
            slow.ask(f"wait {2 * (number + 1) * self.count}")  # or its catching up would be in the next window
        p99 = {name: statistics.median(values) for name, values in delays.items()}
        self.figures.put("normal-p99", p99["normal"], "us", 0)
        self.figures.put("stalled-reader-p99", p99["stalled"], "us", 0)
        self.figures.goal("stalled-reader-p99/normal", p99["stalled"] / p99["normal"], "ratio", 1.1)
        self.figures.put("stalled-reader-growth", setup.hub.memory_kb("Pss_Anon") - memory, "KB", 0)
        self.figures.put("stalled-reader-lost", int(slow.ask("report").split()[3]), "records", 0)

    def wakeups(self):
        """Of the blehubd that was idle all the time."""
        hub, wakeups, start, watchdog_s = self.idle
        time.sleep(max(0, start + watchdog_s - time.monotonic()))
        seconds = time.monotonic() - start
        self.figures.goal("idle-wakeups-per-s", (hub.wakeups() - wakeups) / seconds, "1/s", 0.1, 3)
        print(f"# idle for {seconds:.0f} s")

    def vm(self):
        """Clients of blehubd beside as many programs on bleak, on the real bluetoothd: in a guest of the vm suite."""
        env = {"BLEHUB_BUILD": str(BUILD), "BLEHUB_VM_ROUNDS": str(min(self.rounds, 3))}
        said = []
        with contextlib.ExitStack() as stack:
            suite = Program(stack, [TOP / "tests/vm/run", "--figures"], env)
            for line in suite.process.stdout:
                word, _, figure = line.strip().partition(" ")
                if word == "figure":
                    print(figure, flush=True)
                else:
                    said.append(line.strip())
            if suite.process.wait():
                raise RuntimeError(" | ".join(said))


# In the order they run. The idle one is started first and looked at last.
PARTS = {"idle": Bench.start_idle, "lib": Bench.lib, "ready": Bench.ready, "ingest": Bench.ingest,
         "paced": Bench.paced_all, "latency": Bench.latency, "ten-thousand": Bench.ten_thousand,
         "devices": Bench.devices, "proximity": Bench.proximity, "stalled": Bench.stalled, "gatt": Bench.gatt,
         "notify": Bench.notify, "wakeups": Bench.wakeups, "vm": Bench.vm}
