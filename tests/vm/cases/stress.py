# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must stay bounded however much is on the air."""

import pathlib
import time

from guest import HUB, HUB_PATH, Unit, poll, require, require_equal
from scenarios import strangers

ROUND = 1_000
ROUNDS = 50
RATE = 1000


def _rss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError(f"no process {pid}")


def fifty_thousand_strangers_leave_memory_where_it_was(world):
    """First the device table fills up, then round after round only replaces what is in it."""
    world.restart_hub()
    pid = Unit(world.bus, "blehubd.service").pid()
    limit = world.bus.get(HUB, HUB_PATH, "org.blehub.Hub1.Limits")["MaxDevices"]
    world.plug(strangers(RATE))
    world.bus.scan()
    began = time.monotonic()
    _wait_for_evictions(world, ROUND)  # the table is full, with some slack for the allocator
    sizes = []
    for number in range(ROUNDS):
        _wait_for_evictions(world, (number + 2) * ROUND)
        sizes.append(_rss_kib(pid))
    counters = world.bus.counters()
    require_equal(counters["DevicesKnown"], limit, "devices known")
    spread = (max(sizes) - min(sizes)) / min(sizes)
    require(spread <= 0.01, f"RSS from {min(sizes)} to {max(sizes)} KiB")
    rate = (counters["DevicesEvicted"] + limit) / (time.monotonic() - began)
    return f"{rate:.0f} new addresses/s, RSS {min(sizes)} to {max(sizes)} KiB"


def _wait_for_evictions(world, count):
    poll(lambda: world.bus.counters()["DevicesEvicted"] >= count, f"{count} evictions", timeout=120)
