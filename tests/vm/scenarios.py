# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scenarios for blehub-vhci, and what a client has to see of them.

The controller passes a report again when its payload changed, as the better ones do, so a payload that counts
gets through every time.
"""

ADAPTER_ADDRESS = "00:AA:01:00:00:01"
ADAPTER = f"""[adapter radio]
Address={ADAPTER_ADDRESS}
DuplicateFilter=data
"""

# One device that never stops to change.
TICKER_ADDRESS = "D0:00:00:00:00:01"
TICKER = ADAPTER + f"""
[device ticker]
Address={TICKER_ADDRESS}
Name=Ticker
IntervalMs=100
PayloadCounter=true
"""


def uuid(short):
    return f"0000{short}-0000-1000-8000-00805f9b34fb"


def address(first, number):
    """The address of clone `number` of a device with Count=."""
    value = int(first.replace(":", ""), 16) + number
    return ":".join(f"{value:012X}"[i:i + 2] for i in range(0, 12, 2))


GROUP_SIZE = 50
CROWD_RATE = 1000  # reports per second, all groups together
_DELAY_MS = 5  # advertisers add 0 to 10 ms at random to each interval

HEARTS = "D0:00:00:00:01:00"
THERMOS = "D0:00:00:00:02:00"
TAGS = "D0:00:00:00:03:00"
BEACONS = "00:11:22:33:04:00"


def _crowd(rate):
    interval_ms = 4 * GROUP_SIZE * 1000 // rate - _DELAY_MS
    return ADAPTER + f"""
[device hearts]
Address={HEARTS}
Count={GROUP_SIZE}
Name=Heart-%d
UUIDs=180d
RSSI=-60
IntervalMs={interval_ms}
PayloadCounter=true

[device thermos]
Address={THERMOS}
Count={GROUP_SIZE}
Name=Thermo-%d
ServiceData=1809:c0ffee
RSSI=-75
IntervalMs={interval_ms}
PayloadCounter=true

[device tags]
Address={TAGS}
Count={GROUP_SIZE}
ManufacturerData=004c:1005
TxPower=-8
RSSI=-45
IntervalMs={interval_ms}
PayloadCounter=true

[device beacons]
Address={BEACONS}
AddressType=public
Type=nonconnectable
Count={GROUP_SIZE}
Flags=04
Appearance=512
RSSI=-90
IntervalMs={interval_ms}
PayloadCounter=true
"""


CROWD = _crowd(CROWD_RATE)
CALM_CROWD = _crowd(CROWD_RATE // 5)  # with time left for everything else, also under emulation


def _rows(first, address_type, company, prefix, fields):
    """By address: company whose data ends in the counter, what stands before it, and the fields that do not change."""
    rows = {}
    for number in range(GROUP_SIZE):
        fixed = {key: value.replace("%d", str(number)) if isinstance(value, str) else value
                 for key, value in fields.items()}
        fixed["AddressType"] = address_type
        rows[address(first, number)] = (company, prefix, fixed)
    return rows


CROWD_ROWS = {
    "hearts": _rows(HEARTS, "random", 0xffff, b"", {"Name": "Heart-%d", "UUIDs": [uuid("180d")], "RSSI": -60}),
    "thermos": _rows(THERMOS, "random", 0xffff, b"", {
        "Name": "Thermo-%d", "ServiceData": {uuid("1809"): [0xc0, 0xff, 0xee]}, "RSSI": -75}),
    "tags": _rows(TAGS, "random", 0x004c, b"\x10\x05", {"TxPower": -8, "RSSI": -45}),
    "beacons": _rows(BEACONS, "public", 0xffff, b"", {"Appearance": 512, "RSSI": -90}),
}


def strangers(rate):
    """Advertisers that are other devices each time, as privacy addresses make them look; rate: addresses per second."""
    interval_ms = 20  # the shortest there is
    return ADAPTER + f"""
[device strangers]
Count={rate * interval_ms // 1000}
IntervalMs={interval_ms}
AddressEveryReports=1
PayloadCounter=true
"""


def talkers(rate, count=50):
    """Devices of the test company that say something else each time."""
    return ADAPTER + f"""
[device talkers]
Count={count}
IntervalMs={count * 1000 // rate - _DELAY_MS}
PayloadCounter=true
"""
