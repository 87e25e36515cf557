# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scans of several programs at once, over the real kernel and bluetoothd."""

import signal
import struct
import time

from guest import HUB, RemoteError, alone, expect_error, let_pass, poll, require, require_equal
from scenarios import CALM_CROWD, CROWD, CROWD_RATE, CROWD_ROWS, TICKER, TICKER_ADDRESS

# bluetoothd sends its signals when it has nothing else to do. A thousand reports a second are about all that it can
# read under emulation: when something else runs, too, it is behind for seconds, says nothing until it has caught up,
# and then tells of each device once. So a case with all of the crowd waits for what it wants instead of for a time;
# on a host with work of its own, 13 s without a word and 60 reports a second were seen, on an idle one up to 1,000.
OVERLOAD_S = 90


def _counter(row, company, prefix):
    """The counter at the end of the manufacturer data, whose beginning must be right."""
    require_equal(list(row["ManufacturerData"]), [company], f"companies of {row['Address']}")
    data = bytes(row["ManufacturerData"][company])
    require(data.startswith(prefix) and len(data) == len(prefix) + 4, f"data of {row['Address']}: {data.hex()}")
    return struct.unpack("<I", data[-4:])[0]


def _check_row(row, wanted):
    company, prefix, fixed = wanted
    for key, value in fixed.items():
        require_equal(row.get(key), value, f"{key} of {row['Address']}")
    return _counter(row, company, prefix)


@alone
def every_one_of_200_advertisers_is_found_with_the_right_payload(world):
    """A thousand reports a second in all, every payload different from the one before."""
    wanted = {address: row for rows in CROWD_ROWS.values() for address, row in rows.items()}
    controller = world.plug(CROWD)
    scan = world.bus.scan()
    poll(lambda: len(scan.devices()) >= len(wanted), "all devices", timeout=OVERLOAD_S, every=0.5)
    before = _check_all(scan, wanted)
    note = _await_reports(world, controller, 10 * len(wanted))
    for address, counter in _check_all(scan, wanted).items():
        require(counter > before[address], f"the payload of {address} stood still")
    return note


def _check_all(scan, wanted):
    """The counter in the payload of each device; all must be there and right."""
    rows = {row["Address"]: row for row in scan.devices()}
    require_equal(set(rows), set(wanted), "addresses")
    return {address: _check_row(row, wanted[address]) for address, row in rows.items()}


def _await_reports(world, controller, count):
    """Until so many reports have reached the hub, and 10 s at least, with as much in the air as was meant.

    How fast they reach it is bluetoothd's doing, so the floor is a count that it manages for sure: see OVERLOAD_S.
    """
    before, began = _totals(world, controller), time.monotonic()
    let_pass(10)
    poll(lambda: world.bus.counters()["Reports"] >= before[2] + count, f"{count} reports", timeout=OVERLOAD_S)
    after, took = _totals(world, controller), time.monotonic() - began
    aired, heard, reports = [(new - old) / took for new, old in zip(after, before)]
    require(aired >= 0.95 * CROWD_RATE, f"only {aired:.0f} reports/s were in the air: nothing was tested")
    return f"{aired:.0f} reports/s in the air, {heard:.0f}/s at the controller, {reports:.0f}/s at the hub"


def _totals(world, controller):
    """What was in the air, what the controller heard of it, and what of that reached the hub."""
    heard, aired = controller.resume()
    return aired, heard, world.bus.counters()["Reports"]


@alone
def four_clients_each_get_exactly_what_their_filters_let_through(world):
    filters = {"hearts": {"UUIDs": ["180d"]}, "thermos": {"NamePattern": "Thermo-*"},
               "tags": {"ManufacturerIds": [0x004c]}, "beacons": {"AddressPattern": "00:11:22:*"}}
    world.plug(CROWD)
    scans = {group: world.new_bus().scan(**options) for group, options in filters.items()}
    for group, scan in scans.items():
        _drain_until_complete(scan, CROWD_ROWS[group])
    for group, scan in scans.items():
        rows = {row["Address"]: row for row in scan.devices()}
        require_equal(set(rows), set(CROWD_ROWS[group]), f"devices of {group}")
        for address, row in rows.items():
            _check_row(row, CROWD_ROWS[group][address])


def _drain_until_complete(scan, wanted):
    """Takes reports until every device was among them; one of another group is a failure."""
    missing = set(wanted)
    deadline = time.monotonic() + OVERLOAD_S
    while missing:
        row = scan.wait_device(timeout_ms=25000)
        require(row["Address"] in wanted, f"{row['Address']} passed a filter that is not for it")
        missing.discard(row["Address"])
        require(time.monotonic() < deadline, f"never reported: {sorted(missing)[:5]} ...")


@alone
def a_weak_device_is_kept_out_by_the_rssi_floor_of_one_client_only(world):
    world.plug(CALM_CROWD)
    near, all_of_them = world.new_bus().scan(RSSI=-50), world.new_bus().scan()
    everybody = {address for rows in CROWD_ROWS.values() for address in rows}
    _drain_until_complete(near, CROWD_ROWS["tags"])
    _drain_until_complete(all_of_them, everybody)
    require_equal({row["Address"] for row in near.devices()}, set(CROWD_ROWS["tags"]), "devices above the floor")


def discover_returns_what_was_heard_while_it_waited(world):
    world.plug(CALM_CROWD)
    rows = world.bus.hub("Discover", DurationMs=5000, UUIDs="180d")
    require_equal({row["Address"] for row in rows}, set(CROWD_ROWS["hearts"]), "devices")
    for row in rows:
        require(row["Samples"] >= 1 and row["RSSIMin"] <= row["RSSIMean"] <= row["RSSIMax"], f"statistics: {row}")


def discover_with_a_count_ends_early(world):
    world.plug(CALM_CROWD)
    began = time.monotonic()
    rows = world.bus.hub("Discover", DurationMs=25000, Count=3)
    require(len(rows) >= 3, f"only {len(rows)} devices")
    require(time.monotonic() - began < 20, "it waited for its whole duration")


def a_killed_client_leaves_nothing_behind_and_nobody_notices(world):
    world.plug(TICKER)
    bus = world.new_bus()
    scan = bus.scan()
    state = scan.follow_state()
    state.wait_for("scanning")
    heard_before = scan.wait_device()
    before = bus.counters()
    client = world.start_client(user="nobody")
    require_equal(bus.counters()["Scans"], before["Scans"] + 1, "scans with the client")
    client.send_signal(signal.SIGKILL)
    poll(lambda: _is_gone(world.bus, client.scan), "the client's scan to go")
    after = bus.counters()
    require_equal(after["Scans"], before["Scans"], "scans without the client")
    require_equal(after["OrphansReleased"], before["OrphansReleased"] + 1, "orphans released")
    for counter in ["DiscoveryStarts", "DiscoveryFailures", "DiscoveryRestarts"]:
        require_equal(after[counter], before[counter], counter)
    require(scan.wait_device()["Timestamp"] > heard_before["Timestamp"], "the other scan heard nothing more")
    require("waiting" not in state.values[state.values.index("scanning"):], f"the other scan noticed: {state.values}")


def _is_gone(bus, path):
    try:
        bus.get(HUB, path, "org.blehub.Scan1.State")
    except RemoteError:
        return True
    return False


def the_last_scan_to_go_stops_the_radio(world):
    world.plug(TICKER)
    discovering = world.bus.follow("org.bluez", world.adapter_paths()["00:AA:01:00:00:01"],
                                   "org.bluez.Adapter1.Discovering")
    scans = [world.bus.scan(), world.new_bus().scan()]
    discovering.wait_for(True)
    scans[0].release()
    scans[1].wait_device()
    require(discovering.values[-1], "the radio stopped with a scan left")
    scans[1].bus.close()
    discovering.wait_for(False)


def a_lease_survives_its_caller_and_ends_by_itself(world):
    world.plug(TICKER)
    caller = world.new_bus()
    path = caller.scan(Lifetime="lease", LeaseMs=3000).path
    caller.close()
    require_equal(world.bus.get(HUB, path, "org.blehub.Scan1.State") in ("scanning", "waiting"), True, "still there")
    before = world.bus.counters()["LeasesExpired"]
    poll(lambda: _is_gone(world.bus, path), "the lease to end")
    require_equal(world.bus.counters()["LeasesExpired"], before + 1, "leases expired")


def another_user_does_not_see_the_scan(world):
    world.plug(TICKER)
    path = world.bus.scan().path
    done = world.run("busctl", "call", HUB, path, "org.blehub.Scan1", "GetDevices", "a{sv}", "0", user="nobody",
                     check=False)
    require(done.returncode != 0, f"another user read the scan: {done.stdout}")
    objects = world.run("busctl", "call", HUB, "/org/blehub", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects",
                        user="nobody").stdout
    require(path not in objects, "another user sees the scan's path")


def the_table_keeps_a_device_after_the_scan(world):
    world.plug(TICKER)
    scan = world.bus.scan()
    scan.wait_device()
    scan.release()
    rows = world.bus.hub("ListDevices", AddressPattern=TICKER_ADDRESS)
    require_equal([row["Address"] for row in rows], [TICKER_ADDRESS], "devices listed")


def a_waiting_call_ends_with_timeout(world):
    world.plug(TICKER)
    scan = world.bus.scan(NamePattern="Nobody")
    with expect_error("Timeout"):
        scan.wait_device(timeout_ms=500)
