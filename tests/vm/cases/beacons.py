# SPDX-License-Identifier: LGPL-2.1-or-later
"""Beacons of every format in the air at once."""

import json

from guest import require, require_equal
from scenarios import ADAPTER

# What each sends, and what its row says of it.
FRAMES = {
    "1aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010203bf": {
        "Type": "iBeacon", "UUID": "e2c56db5-dffb-48d2-b060-d0f5a71096e0", "Major": 1, "Minor": 515,
        "MeasuredPower": -65},
    "1bff1801beac000102030405060708090a0b0c0d0e0f10111213c42a": {
        "Type": "AltBeacon", "Company": 0x118, "ID": "000102030405060708090a0b0c0d0e0f10111213", "MeasuredPower": -60,
        "Reserved": 0x2a},
    "0303aafe1716aafe00ee8b0ca750095477cb3e770123456789ab0000": {
        "Type": "Eddystone-UID", "Namespace": "8b0ca750095477cb3e77", "Instance": "0123456789ab", "TxPower": -18},
    "0303aafe0d16aafe10eb01626c6568756207": {
        "Type": "Eddystone-URL", "URL": "https://www.blehub.com", "TxPower": -21},
    "0303aafe1116aafe20000bb815c00000006400000c80": {
        "Type": "Eddystone-TLM", "BatteryMv": 3000, "TemperatureC": 21.75, "AdvertisingCount": 100, "UptimeMs": 320000},
    "0303aafe1516aafe2001000102030405060708090a0b12345678": {
        "Type": "Eddystone-eTLM", "Encrypted": "000102030405060708090a0b", "Salt": 0x1234, "MIC": 0x5678},
    "0303aafe0d16aafe30f60102030405060708": {
        "Type": "Eddystone-EID", "EID": "0102030405060708", "TxPower": -10},
}
EDDYSTONES = {frame["Type"] for frame in FRAMES.values() if frame["Type"].startswith("Eddystone")}
MALFORMED = ["0303aafe0c16aafe30f601020304050607", "1bff4c000215e2c56db5dffb48d2b060d0f5a71096e000010203bf00"]
NONE = ["020106", "07ff4c00100501ff"]

AIR = ADAPTER + "".join(f"""
[device device-{number}]
Address=D0:00:00:00:08:{number:02X}
Type=nonconnectable
Advertising={advertising}
RSSI=-85
IntervalMs=200
""" for number, advertising in enumerate([*MALFORMED, *NONE, *FRAMES]))


def beacons_of_every_format_are_told_apart_from_all_else(world):
    world.plug(AIR)
    before = world.bus.counters()["MalformedBeacons"]
    rows = world.bus.hub("Discover", DurationMs=25000, Count=len(FRAMES) + len(MALFORMED) + len(NONE))
    heard = {row["Beacon"]["Type"]: row for row in rows if "Beacon" in row}
    require_equal({kind: row["Beacon"] for kind, row in heard.items()},
                  {frame["Type"]: frame for frame in FRAMES.values()}, "beacons in rows")
    require_equal(world.bus.counters()["MalformedBeacons"] - before, len(MALFORMED), "malformed beacons")
    require(abs(heard["iBeacon"]["DistanceM"] - 10 ** 0.8) < 0.01, f"distance: {heard['iBeacon']['DistanceM']}")
    filtered = world.bus.hub("ListDevices", Beacons=["eddystone"])
    require_equal({row["Beacon"]["Type"] for row in filtered}, EDDYSTONES, "with the filter")
    _check_ctl(json.loads(world.run("blehubctl", "beacons", "--json", "--duration", "1").stdout))


def _check_ctl(found):
    kinds = {beacon["type"]: beacon for beacon in found["beacons"]}
    require_equal(found["by_type"], {frame["Type"]: 1 for frame in FRAMES.values()}, "by type")
    require_equal(found["total_beacons"], len(FRAMES), "in all")
    require_equal(kinds["iBeacon"]["uuid"], "E2C56DB5-DFFB-48D2-B060-D0F5A71096E0", "UUID")
