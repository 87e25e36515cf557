# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a link gives through blehubd, and by programs on bleak instead: the same peer, the real bluetoothd and bus, in turns.

blehubd runs on while it is bleak's turn; nobody wants anything of it then.
"""

import contextlib
import os
import statistics
import time
import types

from air.gatt import characteristic, service
from central_link import DEVICE, Link
from figures import Figures
from guest import HUB, Unit, let_pass, wait
from links import ADDRESS, LEVEL, SAMPLES, SERVICE, Subscriber
from process import Cost, Process
from rig import TOP, PeerGroup, Program, start_all, wait_all
from setups import median

BUS = types.SimpleNamespace(address="unix:path=/run/dbus/system_bus_socket")  # what a client needs to know of it
SERVICES = [service(SERVICE, characteristic(LEVEL, "read", bytes(20)), characteristic(SAMPLES, "notify", bytes(20)))]
ADAPTER_PATH = "/org/bluez/hci0"
DEVICE_PATH = f"{ADAPTER_PATH}/dev_{ADDRESS.replace(':', '_')}"
ROUNDS = 3
LAST_ROUND_S = 15  # no other round of a measurement begins so long after its first: a host with other work measures fewer
READS = 15
NOTIFICATIONS = 100
BLEAK_NOTIFICATIONS = {1: 100, 4: 40, 16: 8}  # of 16 programs each is sent every one 16 times, which takes its time
AWAY_S = 2
FIGURES = Figures("figure vm-")


def links_are_measured_beside_bleak(world):
    peer = world.air().peer(address=ADDRESS, public=True, services=SERVICES)
    with _lost_after(peer):  # BlueZ knows the device from now on, and what it has
        Link(world.bus, peer).release()
    _measure_calls(world, peer)
    _measure_reconnects(world, peer)
    for clients in BLEAK_NOTIFICATIONS:
        _measure_notifications(world, peer, clients)


def _rounds():
    last = time.monotonic() + LAST_ROUND_S
    for number in range(int(os.environ.get("BLEHUB_VM_ROUNDS") or ROUNDS)):
        if number and time.monotonic() > last:
            return
        yield


@contextlib.contextmanager
def _lost_after(peer):
    """The link of the block is gone when this ends."""
    peer.forget()
    yield
    peer.wait("disconnected")


# Calls

def _measure_calls(world, peer):
    with contextlib.ExitStack() as stack:
        bleak = Program(stack, ["/usr/bin/python3", "-B", TOP / "tests/bench/peer_link.py", DEVICE_PATH, LEVEL])
        bleak.read()
        turns = []
        for _ in _rounds():
            turns.append((*_call_hub(world, peer), *_call_bleak(bleak, peer)))
            print("measured calls", flush=True)  # a guest that says nothing for long is ended
    connect_hub, read_hub, read_bluez, connect_bleak, read_bleak = map(statistics.median, zip(*turns))
    FIGURES.put("connect-bleak", connect_bleak, "ms", 0)
    FIGURES.put("connect-hub", connect_hub, "ms", 0)
    FIGURES.ratio("connect-hub/bleak", connect_hub, connect_bleak)
    for name, read_ms in (("bluez", read_bluez), ("bleak", read_bleak), ("hub", read_hub)):
        FIGURES.put(f"reads-{name}", 1000 / read_ms, "1/s", 1)
    FIGURES.ratio("reads-hub/bleak", read_bleak, read_hub)


def _call_hub(world, peer):
    """Milliseconds: to connect, to read, and to read past blehubd, by the same client."""
    with _lost_after(peer):
        start = time.monotonic()
        link = Link(world.bus, peer)
        connect_ms = (time.monotonic() - start) * 1000
        path = _find(world, LEVEL)
        read_ms = _time_reads(lambda: link.read(LEVEL, SERVICE))
        bluez_ms = _time_reads(
            lambda: world.bus.call("org.bluez", path, "org.bluez.GattCharacteristic1.ReadValue", "(a{sv})", {}))
        link.release()
    return connect_ms, read_ms, bluez_ms


def _time_reads(read):
    start = time.monotonic()
    for _ in range(READS):
        read()
    return (time.monotonic() - start) * 1000 / READS


def _call_bleak(program, peer):
    with _lost_after(peer):
        connect_ms, read_ms = float(program.ask("connect")), float(program.ask(f"read {READS}"))
        program.ask("disconnect")
    return connect_ms, read_ms


def _objects(world):
    return world.bus.call("org.bluez", "/", "org.freedesktop.DBus.ObjectManager.GetManagedObjects")


def _find(world, uuid):
    return next(path for path, interfaces in _objects(world).items()
                if interfaces.get("org.bluez.GattCharacteristic1", {}).get("UUID") == uuid)


# Reconnecting

def _measure_reconnects(world, peer):
    """From when the peer advertises again to when the link is ready."""
    link = Link(world.bus, peer, Reconnect=True)
    state = world.bus.follow(HUB, link.path, f"{DEVICE}.State")
    times = []
    for _ in _rounds():
        peer.vanish()
        wait(lambda: state.values[-1] != "ready", "the loss of the link")
        let_pass(AWAY_S)
        start = time.monotonic()
        peer.advertise()
        state.wait_for("ready")
        times.append((time.monotonic() - start) * 1000)
        print("measured a reconnect", flush=True)
    FIGURES.put("reconnect-median", statistics.median(times), "ms", 0)
    FIGURES.put("reconnect-worst", max(times), "ms", 0)
    with _lost_after(peer):
        link.release()


# Notifications

@contextlib.contextmanager
def _subscribers(_world, count):
    """Clients of blehubd; the link goes with them."""
    with contextlib.ExitStack() as stack:
        yield start_all([Subscriber(stack, BUS, "packed") for _ in range(count)]), 1


@contextlib.contextmanager
def _peers(world, count):
    """Programs on bleak, which find the device connected: only one of them could do that."""
    world.bus.call("org.bluez", DEVICE_PATH, "org.bluez.Device1.Connect")
    resolved = world.bus.follow("org.bluez", DEVICE_PATH, "org.bluez.Device1.ServicesResolved")
    resolved.wait_for(True)
    resolved.stop()
    with contextlib.ExitStack() as stack:
        yield [PeerGroup(stack, BUS, count, DEVICE_PATH, SAMPLES)], count
    world.bus.call("org.bluez", DEVICE_PATH, "org.bluez.Device1.Disconnect")


def _measure_notifications(world, peer, clients):
    """How fast values come through that the peer sends all at once, and what CPU each takes."""
    rates, costs = {}, {}
    for _ in _rounds():
        for name, start, count in (("hub", _subscribers, NOTIFICATIONS), ("bleak", _peers, BLEAK_NOTIFICATIONS[clients])):
            with _lost_after(peer), start(world, clients) as (programs, sessions):
                seconds, cost = _notify(world, peer, programs, count, sessions)
            rates.setdefault(name, []).append(count / seconds)
            costs.setdefault(name, []).append(cost)
            print("measured", name, clients, flush=True)
    hub, bleak = (statistics.median(rates[name]) for name in ("hub", "bleak"))
    FIGURES.put(f"notified-{clients}-bleak", bleak, "1/s", 1)
    FIGURES.put(f"notified-{clients}-hub", hub, "1/s", 1)
    FIGURES.ratio(f"notified-{clients}-hub/bleak", hub, bleak)
    hub, bleak = (median(costs[name], "system") for name in ("hub", "bleak"))
    FIGURES.put(f"notify-bleak-{clients}", bleak, "us", 0)
    FIGURES.put(f"notify-{clients}", hub, "us", 0)
    FIGURES.ratio(f"notify-{clients}/bleak", hub, bleak)


def _notify(world, peer, programs, count, sessions):
    groups = [*(_processes(world, unit) for unit in ("dbus.service", "blehubd.service")), programs,
              _processes(world, "bluetooth.service")]
    _stream(peer, programs, count // 4, sessions)  # what runs for the first time is slow in an emulated machine
    before, start = _cpu_us(groups), time.monotonic()
    _stream(peer, programs, count, sessions)
    seconds = time.monotonic() - start
    return seconds, Cost(*((after - former) / count for former, after in zip(before, _cpu_us(groups))))


def _stream(peer, programs, count, sessions):
    for program in programs:
        program.ask("count")
    peer.stream(SAMPLES, count, size=20)
    wait_all(programs, count * sessions)


def _processes(world, unit):
    return [Process(Unit(world.bus, unit).pid())]


def _cpu_us(groups):
    return [sum(process.cpu_us() for process in group) for group in groups]
