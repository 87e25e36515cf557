# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several centrals at once on what blehubd serves."""

import os
import signal

from gi.repository import GLib

from guest import RemoteError, Unit, alone, expect_error, require, require_equal, wait
from roles import Roles
from serving import Advertised, Served

TRIED = 400  # values at once for one central: a socket takes less than 300

SERVICES = """
[service 181a]
[characteristic 181a/2a6e]
Flags=read;notify
Value=text:warm
[descriptor 181a/2a6e/2901]
Flags=read
Value=text:outside
[characteristic 181a/2a6f]
Flags=read;write;indicate
Value=text:wet
[characteristic 181a/2a6d]
Flags=read;indicate
"""


def a_central_hears_connects_and_uses_what_is_served(world):
    air = world.air()
    central = air.central()
    served = Served(world.bus, SERVICES)
    advertised = Advertised(world.bus, Name="Sensor", UUIDs=["181a"])
    packet, = central.hear()
    require_equal((packet.kind, packet.data, packet.scan_response), ("ADV_IND", *advertised.packets()), "heard")
    central.connect()
    require_equal(central.read("2a6e"), b"warm", "value")
    require_equal(central.read("2a6e/2901"), b"outside", "description")
    central.write("2a6f", b"dry")
    require_equal(served.value("2a6f"), b"dry", "written")
    value = bytes(range(254)) * 2  # BlueZ 5.66 takes no more
    central.write_long("2a6f", value)
    require_equal(central.read("2a6f"), value, "written and read in parts")
    central.subscribe("2a6e")
    central.subscribe("2a6f")
    served.update_all("2a6e", [b"1", b"2", b"3"])
    require_equal(central.wait_told("2a6e", 3), [b"1", b"2", b"3"], "notified")
    served.indicate("2a6f", Value=b"storm")
    require_equal(central.told("2a6f"), [b"storm"], "indicated")
    require_equal([served.centrals()[central.address]["MTU"], central.mtu_in_force()], [517, 517], "MTU")
    require(central.hear(), "advertising goes on")
    central.vanish()
    served.wait_signals("CentralDisconnected", 1)


def _crowd(world, mtus=(517, 517, 517), definition=SERVICES, **options):
    """An application, and centrals that are subscribed to a value of it."""
    air = world.air()
    served = Served(world.bus, definition, **options)
    Advertised(world.bus, Name="Sensor", UUIDs=["181a"], IntervalUs=100000)
    centrals = [air.central(mtu=mtu) for mtu in mtus]
    for central in centrals:
        central.connect()
        central.subscribe("2a6e")
    return air, served, centrals


def _numbers(first, end):
    return [number.to_bytes(2, "little") for number in range(first, end)]


def a_thousand_updates_reach_who_stays_while_others_unsubscribe_and_vanish(world):
    _, served, (steady, leaving, vanishing) = _crowd(world)
    everybody = {central.address for central in (steady, leaving, vanishing)}
    came = served.wait_signals("CentralConnected", 3)
    require_equal([device for device, _ in came], [steady.address, leaving.address, vanishing.address], "who came, in order")
    require_equal(set(served.centrals()), everybody, "who is there")
    require(steady.hears(timeout_s=10), "advertising ended with three centrals")
    served.update_all("2a6e", _numbers(0, 400))
    for central in (steady, leaving, vanishing):
        require_equal(central.wait_told("2a6e", 400), _numbers(0, 400), "the first 400")
    leaving.unsubscribe("2a6e")
    _require_subscribers(world, served, {steady.address, vanishing.address}, leaving.address)
    served.update_all("2a6e", _numbers(400, 600))
    vanishing.vanish()
    served.update_all("2a6e", _numbers(600, 1000))
    require_equal(steady.wait_told("2a6e", 1000), _numbers(0, 1000), "all")
    require_equal(leaving.told("2a6e"), _numbers(0, 400), "until it unsubscribed")
    told = vanishing.told("2a6e")
    require_equal(told, _numbers(0, len(told)), "until it vanished")
    gone, _ = served.wait_signals("CentralDisconnected", 1)[0]
    require_equal((gone, set(served.centrals())), (vanishing.address, everybody - {gone}), "who went, who is there")
    require_equal((steady.read("2a6e"), leaving.read("2a6e")), (_numbers(999, 1000)[0],) * 2, "read afterwards")


def _require_subscribers(world, served, centrals, unsubscribed):
    """BlueZ 5.66 does not say which of several unsubscribed."""
    known = centrals if world.differs() else centrals | {unsubscribed}
    wait(lambda: set(served.subscribers("2a6e")[0]) == known, f"subscribers {known}, known: {served.subscribers('2a6e')}")
    require_equal(served.subscribers("2a6e")[1]["Certain"], world.differs(), "certain")


def values_go_to_one_central_or_to_all_and_end_where_its_mtu_does(world):
    _, served, (old, modern) = _crowd(world, mtus=[23, 517])
    for central in (old, modern):
        central.subscribe("2a6f")
    old.subscribe("2a6d")
    served.update_all("2a6e", [bytes(100)])
    require_equal([len(central.wait_told("2a6e")[0]) for central in (old, modern)], [20, 100], "bytes told")
    require_equal([served.centrals()[central.address]["MTU"] for central in (old, modern)], [23, 517], "MTUs")
    _notify_one(world, served, old, modern)
    _indicate(served, old, modern)


def _notify_one(world, served, meant, other):
    for central in (meant, other):
        central.forget()
    if world.differs():
        require_equal(served.notify("2a6e", Device=meant.address, Value=b"mine"), False, "told to all")
        meant.wait_told("2a6e")
    else:
        with expect_error("NotSupported", "this BlueZ notifies all subscribed centrals, never one (before 5.76)"):
            served.notify("2a6e", Device=meant.address, Value=b"mine")
    told = served.notify("2a6e", Device=other.address, Value=b"yours", AllowBroadcast=True)
    require_equal(told, not world.differs(), "told to all instead")
    other.wait_told("2a6e")
    require_equal(served.notify("2a6e", Value=b"everybody's"), False, "told to all instead of one")
    both = [b"yours", b"everybody's"]
    require_equal(other.wait_told("2a6e", 2), both, "told to the other")
    require_equal(meant.wait_told("2a6e", 2), [b"mine", both[1]] if world.differs() else both, "told to one")
    require_equal(served.value("2a6e"), bytes(100), "the value")


def _indicate(served, slow, quick):
    served.indicate("2a6f", Value=b"1")
    require_equal([central.told("2a6f") for central in (slow, quick)], [[b"1"], [b"1"]], "indicated, and confirmed")
    slow.fault("indication", hang=True)
    call = served.begin_indicate("2a6f", Value=b"2", TimeoutMs=1000)
    require_equal(quick.wait_told("2a6f", 2)[1], b"2", "indicated")
    with expect_error("Timeout"):
        call.wait()
    slow.heal()
    slow.release()
    served.indicate("2a6f", Value=b"3")
    require_equal([central.told("2a6f") for central in (slow, quick)], [[b"1", b"2", b"3"]] * 2, "indicated afterwards")
    slow.fault("indication", hang=True)
    call = served.begin_indicate("2a6d", Value=b"last")
    slow.wait_told("2a6d")
    slow.disconnect()
    with expect_error("Disconnected"):
        call.wait()


WRITABLE = """
[service 181a]
[characteristic 181a/2a6e]
Flags=read;notify;write
Capture=true
[characteristic 181a/2a6f]
Flags=write-without-response
Capture=true
[characteristic 181a/2a6d]
Flags=read
Value=text:stored
AskOnRead=true
"""


def writes_and_reads_of_three_centrals_are_told_apart(world):
    _, served, centrals = _crowd(world, definition=WRITABLE, Signals=True, ReadTimeoutMs=1000)
    _write_at_once(served, centrals)
    _read_at_once(served, centrals)
    _read_unanswered(served, *centrals[:2])


def _write_at_once(served, centrals, count=10):
    """With and without response in turns, so that each central's order goes over two attributes."""
    asked = []
    for number in range(count):
        for central in centrals:
            asked.append(central.ask("write", "2a6e", bytes([number])))
            asked.append(central.ask("command", "2a6f", bytes([number, 0xff])))
    for one in asked:
        one.end()
    written = [served.wait_written() for _ in range(2 * count * len(centrals))]
    wanted = [value for number in range(count) for value in (bytes([number]), bytes([number, 0xff]))]
    for central in centrals:
        own = [value for device, _, value, _ in written if device == central.address]
        require_equal(own, wanted, f"writes of {central.address}")
    require_equal(served.get("Dropped"), 0, "dropped")
    require_equal(served.get("Received"), len(written), "received")
    served.wait_signals("Written", 1)
    require({device for device, *_ in served.signals("Written")} <= {central.address for central in centrals},
            f"signals: {served.signals('Written')}")


def _read_at_once(served, centrals):
    asked = [central.ask("read", "2a6d") for central in centrals]
    for token, device, *_ in served.wait_signals("ReadRequested", len(centrals)):
        served.complete_read(token, device.encode())
    require_equal([one.end().decode() for one in asked], [central.address for central in centrals], "answers")


def _read_unanswered(served, waiting, leaving):
    """The answer before was stored."""
    served.set_value("2a6d", b"stored")
    served.told.clear()
    asked = [central.ask("read", "2a6d") for central in (waiting, leaving)]
    tokens = {device: token for token, device, *_ in served.wait_signals("ReadRequested", 2)}
    leaving.disconnect()
    require_equal(asked[0].end(), b"stored", "without an answer in time")
    for central in (waiting, leaving):
        with expect_error("NotFound"):
            served.complete_read(tokens[central.address], b"late")


@alone
def every_role_goes_on_while_all_work_at_once(world):
    """On a busy host the emulated machine may stand still for a while: of three turns one must do. A role that starves does so in all."""
    roles = Roles(world)
    turns = []
    while not turns or (min(turns[-1].values()) < 1 and len(turns) < 3):
        turns.append(roles.work(4, pause_s=0.5))
    require(min(turns[-1].values()) >= 1, f"operations a second: {turns}")
    require(roles.air.advertises(), "advertising ended")
    return ", ".join(f"{name} {rate:.1f}/s" for name, rate in turns[-1].items())


def values_that_bluetoothd_does_not_take_are_refused_and_counted(world):
    _, served, (one, other) = _crowd(world, mtus=[517, 517])
    before = world.bus.counters()["NotificationLosses"]
    bluetoothd = Unit(world.bus, "bluetooth.service").pid()
    os.kill(bluetoothd, signal.SIGSTOP)
    try:
        taken = [value for first in range(0, TRIED, 100)
                 for value in _notify_each(served, one, _numbers(first, first + 100))]
    finally:
        os.kill(bluetoothd, signal.SIGCONT)
    require(0 < len(taken) < TRIED, f"{len(taken)} of {TRIED} were taken")
    require_equal(one.wait_told("2a6e", len(taken)), taken, "told of what was taken")
    require_equal(world.bus.counters()["NotificationLosses"] - before, TRIED - len(taken), "counted")
    served.update_all("2a6e", [b"all"])
    require_equal(other.wait_told("2a6e"), [b"all"], "told to the other")
    require_equal(one.wait_told("2a6e", len(taken) + 1)[-1], b"all", "told afterwards")


def _notify_each(served, central, values):
    """Those that were taken, of a few at a time."""
    calls = [served.begin("Notify", "ss", "", "2a6e", Device=central.address, Value=GLib.Variant("ay", value))
             for value in values]
    return [value for value, call in zip(values, calls) if _is_taken(call)]


def _is_taken(call):
    try:
        call.wait()
    except RemoteError as error:
        require_equal(error.name, "LimitExceeded", str(error))
        return False
    return True
