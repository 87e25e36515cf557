# SPDX-License-Identifier: LGPL-2.1-or-later
"""What watches make of an air with people in it: who walk, stand in between, and change their addresses; and of radios
that come and go. Where things are follows from the scenario."""

import os
import signal
from typing import NamedTuple

from guest import Unit, alone, let_pass, poll, require, require_equal, wait
from scenarios import ADAPTER, ADAPTER_ADDRESS, address
from watching import Readings, Watch, samples_until

IMMEDIATE_DBM = -55  # the daemon's default borders
NEAR_DBM = -70

# Everybody stands in between now and then: 10 to 15 dB for 1.2 to 3.8 s, and each reading is off by some dB.
DIPS = """RSSINoise=1.5
RSSIDips=7000;2500;10;15
"""
STANDING = {"immediate": ("D0:00:00:00:01:00", -50), "near": ("D0:00:00:00:02:00", -62), "far": ("D0:00:00:00:03:00", -73)}
WALKING = "D0:00:00:00:04:00"  # to and fro within a zone
CROSSING = "D0:00:00:00:05:00"  # from one zone into the next, once
STEPPING = "D0:00:00:00:06:00"  # the same all at once, and nobody in between
STANDERS, WALKERS, STEPPERS = 45, 30, 5  # 200
FROM_DBM, TO_DBM = -60, -45

_CROWD_MS = 400


def _group(name, first, count, rssi, interval_ms=_CROWD_MS, more=""):
    return f"""
[device {name}]
Address={first}
Count={count}
Type=nonconnectable
ManufacturerData=ffff:01
PayloadCounter=true
IntervalMs={interval_ms}
{rssi}
{more}"""


AT_REST_US = 1_500_000  # the slowest average has forgotten more than 90 % of what was before
MISTOLD_US = 1000

CROWD = (ADAPTER
         + "".join(_group(zone, first, STANDERS, f"RSSI={dbm}", more=DIPS) for zone, (first, dbm) in STANDING.items())
         + _group("walking", WALKING, WALKERS, "RSSIPath=0:-58;8000:-66;16000:-58", more="PathOffsetMs=500\n" + DIPS)
         + _group("crossing", CROSSING, WALKERS, "RSSIPath=0:-49;6000:-49;9000:-63;900000:-63", more=DIPS)
         + _group("stepping", STEPPING, STEPPERS, f"RSSIPath=0:{FROM_DBM};10000:{FROM_DBM};10000:{TO_DBM};900000:{TO_DBM}"))


def _ids(first, count):
    return {"random:" + address(first, number) for number in range(count)}


CROSS = _ids(CROSSING, WALKERS)
STEP = _ids(STEPPING, STEPPERS)
STAND = set().union(*(_ids(first, STANDERS) for first, _ in STANDING.values()), _ids(WALKING, WALKERS))


def _count_false(watch):
    """Changes of zone beyond those that happened: one of each who crossed or stepped."""
    rows = watch.statistics()
    require_equal(set(rows), STAND | CROSS | STEP, "who was watched")
    return sum(max(0, row["Transitions"] - (name not in STAND)) for name, row in rows.items())


def _share_right(watch):
    """How many of those whose place is certain are said to be there."""
    wanted = {name: zone for zone, (first, _) in STANDING.items() for name in _ids(first, STANDERS)}
    wanted.update({name: "near" for name in _ids(WALKING, WALKERS)})
    zones = {name: row["Zone"] for name, row in watch.states().items()}
    return sum(zones[name] == zone for name, zone in wanted.items()) / len(wanted)


class _Step(NamedTuple):
    before_dbm: int
    after_dbm: int
    least: int  # readings until the zone changed, the first at the other level being 1: between these, because several
    most: int  # that a busy guest took in at once have the same time
    took_us: int  # since the first

    def require(self, wanted, what):
        require(self.least - 1 <= wanted <= self.most + 1, f"{what}: {self}, wanted {wanted} readings")


def _steps(readings, who, zone_times):
    """Each step of it by which a zone changed, if the average had come to rest before. Its first zone is the first of the
    times, and the same time comes out a little different each time that it is told."""
    heard = readings.of[who.partition(":")[2]]
    starts = [at for at in range(1, len(heard)) if heard[at][1] != heard[at - 1][1]]
    for at, until in zip(starts, [*starts[1:], len(heard) - 1]):
        begun_us, end_us = heard[at][0] - MISTOLD_US, heard[until][0] - MISTOLD_US
        since = [time_us for time_us in zone_times[1:] if begun_us <= time_us < end_us]
        if since and begun_us > zone_times[0] + AT_REST_US:
            after = [time_us - since[0] for time_us, _ in heard[at:]]
            yield _Step(heard[at - 1][1], heard[at][1], 1 + sum(us < -MISTOLD_US for us in after),
                        sum(us <= MISTOLD_US for us in after), since[0] - begun_us)


@alone
def bodies_in_between_move_a_third_as_many_with_preset_retail_as_with_an_average_alone(world):
    """The same air for both: alpha 0.3 follows a body, what takes the strongest of two seconds does not."""
    world.plug(CROWD)
    readings = Readings(world.new_bus(), AddressPattern=STEPPING[:-2] + "*")
    retail = Watch(world.new_bus(), signals=False, Preset="retail")
    plain = Watch(world.new_bus(), signals=False, Alpha=0.3, MinSamples=1)
    poll(lambda: set(STEP) <= retail.states(Zone="immediate").keys(), f"{STEP} to be near at hand", every=0.5)
    let_pass(4)
    moved, moved_plain = _count_false(retail), _count_false(plain)
    require(moved_plain >= 100, f"alpha 0.3 moved only {moved_plain}: nothing was tested")
    require(3 * moved <= moved_plain, f"false changes of zone: {moved} with preset retail, {moved_plain} with alpha 0.3")
    share = _share_right(retail)
    require(share >= 0.9, f"only {100 * share:.0f} % are where they are said to be")
    _check_latency(retail, plain, readings)
    readings.close()
    return f"false changes of zone: {moved} with preset retail, {moved_plain} with alpha 0.3 alone; {100 * share:.0f} % right"


def _check_latency(retail, plain, readings):
    """Of those who stepped, by what the average takes to get to the border."""
    periods = samples_until(0.2, FROM_DBM, TO_DBM, IMMEDIATE_DBM) + 2  # MinSamples is 3
    wanted = samples_until(0.3, FROM_DBM, TO_DBM, IMMEDIATE_DBM)
    for who in STEP:
        begun_us = readings.of[who.partition(":")[2]][0][0]
        step, = _steps(readings, who, [begun_us, retail.states(Id=who)[who]["ZoneSince"]])
        require(periods - 2 <= step.took_us / 2e6 <= periods + 1, f"{who}: {step}, wanted {periods} periods of 2 s")
        step, = _steps(readings, who, [begun_us, plain.states(Id=who)[who]["ZoneSince"]])
        step.require(wanted, who)


STEPS_DBM = (-63, -48)
STEPS = ADAPTER + _group("stepping", STEPPING, STEPPERS, "RSSIPath=0:{0};2000:{0};2000:{1};4000:{1}".format(*STEPS_DBM), 100)


def a_zone_changes_after_as_many_samples_as_the_average_takes_to_the_border(world):
    world.plug(STEPS)
    readings = Readings(world.new_bus())
    settings = [(0.3, 3, 0), (0.5, 1, 0), (0.2, 2, 3)]
    watches = [Watch(world.new_bus(), Alpha=alpha, MinSamples=samples, HysteresisDb=hysteresis)
               for alpha, samples, hysteresis in settings]
    for watch in watches:
        wait(lambda: len(watch.changes) >= 5 * STEPPERS, "four steps of everybody")
    notes = [_check_samples(watch, readings, *options) for watch, options in zip(watches, settings)]
    readings.close()
    return ", ".join(notes)


def _check_samples(watch, readings, alpha, samples, hysteresis):
    took = {}
    times = {who: [row["ZoneSince"] for row in watch.changes if row["Id"] == who] for who in STEP}
    for step in [step for who in STEP for step in _steps(readings, who, times[who])]:
        up = step.after_dbm > step.before_dbm
        border = IMMEDIATE_DBM + (hysteresis if up else -hysteresis)
        wanted = samples_until(alpha, step.before_dbm, step.after_dbm, border) + samples - 1
        step.require(wanted, f"alpha {alpha}")
        took.setdefault(up, []).append(step.least)
    require_equal(set(took), {True, False}, "directions")
    require(sum(map(len, took.values())) >= 2 * STEPPERS, f"too few steps, nothing was tested: {took}")
    return f"alpha {alpha}: after {max(took[True])} samples up, {max(took[False])} down"


PHONES, IRK = 20, "ec0234a357c8ad05341010a60a397d00"
PHONE_IRKS = [f"{int(IRK, 16) + number:032x}" for number in range(PHONES)]
BEACON = "iBeacon:fda50693-a4e2-4fb1-afcf-c6eb07647825-10-7"
BEACON_DATA = "ManufacturerData=004c:0215fda50693a4e24fb1afcfc6eb07647825000a0007c5\n"
ROTATING = ADAPTER + f"""
[device phones]
IRK={IRK}
Count={PHONES}
AddressEveryReports=1
IntervalMs=60
RSSIPath=0:-50;3000:-60;6000:-50

[device beacon]
Type=nonconnectable
{BEACON_DATA}AddressEveryReports=1
IntervalMs=60
"""
LOST_MS = 2000


def things_that_change_their_address_are_one_each_and_are_lost_only_while_somebody_listens(world):
    controller = world.plug(ROTATING)
    watch = Watch(world.new_bus(), IRK=PHONE_IRKS, Beacons=["iBeacon"], LostMs=LOST_MS)
    things = PHONES + 1
    before = _count_addresses(world)
    watch.wait_all(things, "near", "immediate")
    poll(lambda: _count_addresses(world) >= before + 20 * things, "twenty addresses of each")
    addresses = _count_addresses(world) - before
    require_equal(watch.get("Identities"), things, "identities")
    require(BEACON in watch.states(), f"no {BEACON} in {sorted(watch.states())}")
    require_equal(sum(name.startswith("irk:") for name in watch.states()), PHONES, "phones")
    _kill_bluetoothd(world, watch)
    watch.wait_all(things, "near", "immediate")
    require_equal([row for row in watch.changes if row["Zone"] == "lost"], [], "lost while bluetoothd was dead")
    controller.silence()
    watch.wait_all(things, "lost")
    controller.resume()
    watch.wait_all(things, "near", "immediate")
    require_equal({row["Visits"] for row in watch.statistics().values()}, {2}, "visits")
    require_equal(watch.get("Identities"), things, "identities in the end")
    return f"{addresses} addresses of {things} things"


def _count_addresses(world):
    """Heard so far, also of those that the table has no room for any more."""
    counters = world.bus.counters()
    return counters["DevicesKnown"] + counters["DevicesEvicted"]


def _kill_bluetoothd(world, watch):
    """For longer than what is not heard for is lost."""
    unit, state = Unit(world.bus, "bluetooth.service"), watch.follow_state()
    pid = unit.pid()
    os.kill(pid, signal.SIGKILL)
    state.wait_for("waiting")
    world.run("systemctl", "stop", unit.name)
    let_pass(1.2 * LOST_MS / 1000)
    world.run("systemctl", "start", unit.name)
    state.wait_for("watching")


def _beacon_at(dbm, adapter):
    return f"""[adapter radio]
Address={adapter}
DuplicateFilter=data

[device beacon]
Type=nonconnectable
Address=D0:00:00:00:07:00
{BEACON_DATA}IntervalMs=100
RSSI={dbm}
"""


def a_beacon_heard_by_two_adapters_is_one_thing_as_near_as_the_better_one_says(world):
    others = "00:AA:01:00:00:02"
    world.plug(_beacon_at(-66, ADAPTER_ADDRESS))
    watch = Watch(world.new_bus(), Identities=["iBeacon:fda50693-a4e2-4fb1-afcf-c6eb07647825"])
    watch.wait_all(1, "near")
    world.plug(_beacon_at(-50, others))
    watch.wait_all(1, "immediate")
    row = watch.states()[BEACON]
    require_equal(row["Adapter"], others, "the adapter that counts")
    require_equal({heard["Adapter"]: heard["RSSI"] for heard in row["Adapters"]}, {ADAPTER_ADDRESS: -66, others: -50},
                  "who hears it")
    require_equal([(row["From"], row["Zone"]) for row in watch.changes], [("lost", "near"), ("near", "immediate")], "changes")


LEAVING = ADAPTER + f"""
[device desk]
Type=nonconnectable
Address=D0:00:00:00:08:00
{BEACON_DATA}IntervalMs=200
RSSIPath=0:-45;1500:-45;1500:-75;3000:-75

[device phone]
IRK={IRK}
AddressEveryReports=1
IntervalMs=200
RSSI=-62
"""


def blehubctl_watch_says_how_near_what_has_a_name_is(world):
    """As a user runs it: a line for each reading, and one for each change of zone."""
    world.configure(f"[device desk]\nIdentity={BEACON}\n[device her phone]\nIRK={IRK}\nMeasuredPower=-57\n")
    world.plug(LEAVING)
    watch = ["blehubctl", "watch", "--alpha=1", "--min-samples=1", "--count=60", "desk", "her phone"]
    lines = set(world.run(*watch, user="nobody").stdout.splitlines())
    for line in ["desk: RSSI: -45 dBm -> Smoothed: -45.0 dBm -> Distance: 0.3 m -> Zone: immediate",
                 "desk: RSSI: -75 dBm -> Smoothed: -75.0 dBm -> Distance: 4.4 m -> Zone: far",
                 "desk: Zone: immediate -> far", "desk: Zone: far -> immediate",
                 "her phone: RSSI: -62 dBm -> Smoothed: -62.0 dBm -> Distance: 1.6 m -> Zone: near"]:
        require(line in lines, f"'{line}' is not in: {sorted(lines)}")
