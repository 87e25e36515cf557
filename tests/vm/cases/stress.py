# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must stay bounded however much is on the air."""

from guest import Unit, poll, require, require_equal
from process import Process
from scenarios import strangers

TABLE = 500
ROUND = 50
ROUNDS = 40
WARM_UP = 2 * TABLE  # evictions until blehubd, bluetoothd and the heap have what they need
# Addresses per second. Under emulation bluetoothd takes about 300; above that the kernel's messages to it overflow.
RATE = 150


def strangers_without_end_leave_memory_where_it_was(world):
    """The device table fills up and is replaced twice; then round after round may cost nothing more."""
    # bluetoothd forgets soon, so that what it has and blehubd follows is level soon, too. It misses an event now
    # and then when there are so many; the recovery ladder then starts it again.
    world.configure_bluez("[General]\nTemporaryTimeout=5\n")
    world.configure(f"[limits]\nMaxDevices={TABLE}\n[recovery]\nSilentMs=5000\nPowerCycle=false\n")
    hub = Process(Unit(world.bus, "blehubd.service").pid())
    world.plug(strangers(RATE))
    world.bus.scan()
    _wait_for_evictions(world, WARM_UP)
    sizes = []
    for number in range(ROUNDS):
        _wait_for_evictions(world, WARM_UP + (number + 1) * ROUND)
        sizes.append(hub.memory_kb())
    counters = world.bus.counters()
    require_equal(counters["DevicesKnown"], TABLE, "devices known")
    require_equal(counters["DevicesKnown"] + counters["DevicesEvicted"], counters["Reports"], "devices, by reports")
    require(max(sizes) <= 1.01 * min(sizes), f"RSS from {min(sizes)} to {max(sizes)} KiB")
    return f"{counters['Reports']} addresses, RSS {min(sizes)} to {max(sizes)} KiB"


def _wait_for_evictions(world, count):
    poll(lambda: world.bus.counters()["DevicesEvicted"] >= count, f"{count} evictions", timeout=90)
