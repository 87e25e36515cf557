# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a process costs, whoever started it."""

import dataclasses
import pathlib
import time


def read_number(path, key):
    """The number behind `key:` in a file of /proc."""
    for line in pathlib.Path(path).read_text().splitlines():
        name, _, value = line.partition(":")
        if name == key:
            return int(value.split()[0])
    raise KeyError(key)


@dataclasses.dataclass
class Cost:
    """Microseconds of CPU per advertisement or notification."""
    bus: float
    hub: float
    clients: float
    bluetoothd: float = 0  # where it is the real one

    @property
    def system(self):
        return self.bus + self.hub + self.clients + self.bluetoothd


class Process:
    """A process by its id."""

    def __init__(self, pid):
        self.pid = pid

    def cpu_us(self):
        """Microseconds of CPU so far, of all its threads, user and system: its own CPU-time clock."""
        return time.clock_gettime_ns((~self.pid << 3) | 2) / 1000

    def wakeups(self):
        """How often its threads went to sleep of their own will so far."""
        return sum(read_number(task / "status", "voluntary_ctxt_switches")
                   for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir())

    def memory_kb(self, key="Rss"):
        return read_number(f"/proc/{self.pid}/smaps_rollup", key)
