# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs that users begin with: busctl and blehubctl."""

import json

from guest import LIB, require, require_equal
from scenarios import CALM_CROWD, CROWD_ROWS, TICKER, TICKER_ADDRESS


def the_busctl_session_of_the_readme_runs(world):
    world.plug(TICKER)
    lines = world.run("/bin/sh", LIB / "busctl-session.sh", user="nobody").stdout.splitlines()
    discovered, waited, listed = [line for line in lines if line]
    for line, begin in [(discovered, "aa{sv} 1 "), (waited, "a{sv} ")]:
        require(line.startswith(begin) and f'"Address" s "{TICKER_ADDRESS}"' in line, f"no device in: {line}")
    rows = json.loads(listed)["data"][0]
    require_equal([row["Address"]["data"] for row in rows], [TICKER_ADDRESS], "devices listed as JSON")
    require_equal(world.bus.counters()["Scans"], 0, "scans left behind")


def blehubctl_status_says_ready(world):
    world.plug(TICKER)
    require("ready" in world.run("blehubctl", "status", user="nobody").stdout, "not ready")


def blehubctl_scan_prints_devices_and_sums(world):
    world.plug(TICKER)
    out = world.run("blehubctl", "scan", "--duration", "3", user="nobody").stdout
    for text in [f"Found: Ticker ({TICKER_ADDRESS})", "RSSI: -60 dBm | Distance: ~",
                 "Scan complete: 1 devices found"]:
        require(text in out, f"'{text}' is not in: {out}")


def blehubctl_scan_as_json_prints_one_object_a_line(world):
    world.plug(TICKER)
    out = world.run("blehubctl", "scan", "--duration", "3", "--json", user="nobody").stdout
    rows = [json.loads(line) for line in out.splitlines()]
    require(any(row.get("Address") == TICKER_ADDRESS for row in rows), f"no ticker in: {out}")


def blehubctl_discover_and_devices_list_what_is_there(world):
    world.plug(CALM_CROWD)
    for verb in ["discover", "devices"]:
        out = world.run("blehubctl", verb, user="nobody").stdout
        missing = [address for rows in CROWD_ROWS.values() for address in rows if address not in out]
        require(not missing, f"blehubctl {verb} does not list {missing[:3]}")
