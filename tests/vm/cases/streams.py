# SPDX-License-Identifier: LGPL-2.1-or-later
"""Readers of streams, which must not disturb each other."""

import json
import signal
import statistics
import time

from guest import LIB, Scan, Unit, alone, poll, require, require_equal
from process import Process
from scenarios import CROWD, CROWD_RATE

STOPPED_QUEUE = 64
WARM_UP = 3_000  # reports
PHASE = 1_500    # reports while everybody reads, and records that the stopped one loses while it does not
ROUNDS = 4
LOST = 6_000     # records that it loses the last time
# What a delay may always be. A daemon that waited for the stopped one would be late by the time that it waits.
FLOORS_MS = {"median": 25, "99th percentile": 100}
# Half of what the records lost would take if they were kept; the stopped one may keep a hundredth of them.
GROWTH_KB = LOST * 100 // 1024 // 2


class _Reader:
    """A program with a stream of every report. Begun before anything is on the air, it misses none."""

    def __init__(self, world, **stream):
        self.process = world.start("/usr/bin/python3", "-B", LIB / "reader.py", json.dumps(stream))
        self.scan = Scan(world.bus, self.process.stdout.readline().strip())

    def ask(self):
        """Its account so far; delays are those since the last time."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        require(line, "a reader met a record that was not due, see the journal")
        return json.loads(line)

    def has_all(self):
        """Whether nothing waits for it any more."""
        return self.scan.get("Seen") == self.scan.get("Delivered") + self.scan.get("Dropped")

    def end(self):
        """Its last account, after what the daemon says of its scan agreed."""
        seen, delivered, dropped = (self.scan.get(prop) for prop in ("Seen", "Delivered", "Dropped"))
        self.scan.release()
        account = self._answer()
        require_equal((account["last"], account["records"], account["dropped"]), (seen, delivered, dropped),
                      "a reader's account, beside Seen, Delivered and Dropped of its scan")
        require_equal(account["records"] + account["dropped"], account["last"], "records read and lost")
        return account


class _Watch:
    """What the hub counts from here on, and how the others are meanwhile."""

    def __init__(self, world, others):
        self.bus = world.bus
        self.others = others
        self.before = world.bus.counters()

    def count(self, name):
        return self.bus.counters()[name] - self.before[name]

    def await_more(self, name, count):
        wanted = self.count(name) + count
        poll(lambda: self.count(name) >= wanted, f"{count} more {name}", timeout=90)

    def delays_ms(self, name, count):
        """Of the slower of the others, until the counter has grown by so many: median and 99th percentile."""
        for reader in self.others:
            reader.ask()
        self.await_more(name, count)
        accounts = [reader.ask() for reader in self.others]
        return [max(account[key] for account in accounts) / 1000 for key in ("p50_us", "p99_us")]


@alone
def a_stopped_reader_loses_only_its_own_records_exactly_counted(world):
    """At a thousand reports a second: the others' delay and blehubd's memory stay what they were."""
    stopped = _Reader(world, Queue=STOPPED_QUEUE)
    others = [_Reader(world) for _ in range(2)]
    watch = _Watch(world, others)
    controller = world.plug(CROWD)
    watch.await_more("Reports", WARM_UP)
    began = _totals(watch, controller)
    delays, growth = _stop_and_continue(watch, stopped)
    notes = [_compare(delays), _rates(began, _totals(watch, controller)), f"blehubd grew by {growth} KB"]
    controller.silence()
    readers = [stopped, *others]
    poll(lambda: all(reader.has_all() for reader in readers), "all to be read")
    return ", ".join([*notes, _check_accounts(watch, [reader.end() for reader in readers])])


def _stop_and_continue(watch, stopped):
    """The others' delays of each phase, and by how much blehubd grew at most."""
    hub = Process(Unit(watch.bus, "blehubd.service").pid())
    delays, memory = {"normal": [], "stopped": []}, [hub.memory_kb()]
    for lost in [PHASE] * (ROUNDS - 1) + [LOST]:
        delays["normal"].append(watch.delays_ms("Reports", PHASE))
        stopped.process.send_signal(signal.SIGSTOP)
        watch.await_more("StreamLosses", 1)
        delays["stopped"].append(watch.delays_ms("StreamLosses", lost))
        memory.append(hub.memory_kb())
        stopped.process.send_signal(signal.SIGCONT)
    growth = max(memory) - memory[0]
    require(growth <= GROWTH_KB, f"blehubd grew by {growth} KB: {memory}")
    return delays, growth


def _totals(watch, controller):
    return time.monotonic(), controller.advertised(), watch.count("Reports")


def _rates(before, after):
    took, aired, heard = (new - old for new, old in zip(after, before))
    require(heard >= 0.9 * CROWD_RATE * took, f"only {heard / took:.0f} reports/s: nothing was tested")
    return f"{aired / took:.0f} reports/s in the air, {heard / took:.0f}/s at the hub"


def _compare(delays):
    """Whatever else the host does adds to a delay; a reader that disturbs others does so whenever it is stopped. So the
    quietest of the phases in which it was speaks."""
    p50, p99 = ({name: [pair[column] for pair in pairs] for name, pairs in delays.items()} for column in (0, 1))
    for name, values in zip(FLOORS_MS, (p50, p99)):
        limit = max(2 * statistics.median(values["normal"]), FLOORS_MS[name])
        require(min(values["stopped"]) <= limit, f"{name} of the others' delay in ms: {values}")
    return "others' p99 " + " and ".join(f"{statistics.median(values):.0f} ms {name}" for name, values in p99.items())


def _check_accounts(watch, accounts):
    """Every report is in every account, read or lost; nobody but the first lost any."""
    reports, lost = watch.count("Reports"), accounts[0]["dropped"]
    for account in accounts:
        require_equal(account["last"], reports, "the last sequence number, beside the reports of the hub")
    require_equal([account["dropped"] for account in accounts[1:]], [0, 0], "records that the others lost")
    require_equal(watch.count("StreamLosses"), lost, "StreamLosses, beside what the stopped one was told")
    require_equal(watch.count("StreamRecords"), sum(account["records"] for account in accounts), "StreamRecords")
    require(lost >= (ROUNDS - 1) * PHASE + LOST, f"only {lost} records were lost")
    return f"{lost} of {reports} lost by the stopped one"
