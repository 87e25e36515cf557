# SPDX-License-Identifier: LGPL-2.1-or-later
"""What blehubd advertises, as it is heard: by BlueZ, and by the kernel where BlueZ leaves something out (bookworm).

IntervalUs is what BlueZ 5.66 leaves out, so with it the same is claimed of the other way.
"""

import os
import pathlib
import signal
import struct

from gi.repository import GLib

from guest import HUB, HUB_PATH, Unit, expect_error, poll, require, require_equal
from hci_tap import Tap
from management import Management
from serving import Advertised

UNIT, BLUETOOTH = "blehubd.service", "bluetooth.service"
NO_BREDR = bytes.fromhex("020104")
SLOW = {"IntervalUs": 152500}

UUID = "e2c56db5-dffb-48d2-b060-d0f5a71096e0"
BEACONS = [
    ({"Type": "iBeacon", "UUID": UUID, "Major": 1, "Minor": 0xfffe, "MeasuredPower": -59},
     "1aff4c000215e2c56db5dffb48d2b060d0f5a71096e00001fffec5"),
    ({"Type": "AltBeacon", "Company": 0x0118, "ID": "00112233445566778899aabbccddeeff01020304", "Reserved": 7},
     "1bff1801beac00112233445566778899aabbccddeeff01020304c507"),
    ({"Type": "Eddystone-UID", "Namespace": "00112233445566778899", "Instance": "aabbccddeeff", "TxPower": -20},
     "0303aafe" "1716aafe00ec00112233445566778899aabbccddeeff0000"),
    ({"Type": "Eddystone-URL", "URL": "https://www.example.org/", "TxPower": -18},
     "0303aafe" "0e16aafe10ee016578616d706c6501"),
    ({"Type": "Eddystone-TLM", "BatteryMv": 3000, "TemperatureC": 21.5, "AdvertisingCount": 258, "UptimeMs": 100000},
     "0303aafe" "1116aafe20000bb8158000000102000003e8"),
]


def _data(signature, values):
    return GLib.Variant(signature, {key: GLib.Variant("ay", value) for key, value in values.items()})


def _on_air(data):
    """A controller without BR/EDR says so where nothing else does."""
    types = set()
    rest = data
    while rest:
        types.add(rest[1])
        rest = rest[1 + rest[0]:]
    return data if 0x01 in types or len(data) + len(NO_BREDR) > 31 else NO_BREDR + data


def _require_heard_once(world, central, options, kind):
    """The packet, which is just what blehubd said that it would be."""
    advertised = Advertised(world.bus, **options)
    data, scan_response = advertised.packets()
    packet, = central.hear()
    require_equal((packet.kind, packet.data.hex(), (packet.scan_response or b"").hex()),
                  (kind, _on_air(data).hex(), scan_response.hex()), f"{options}")
    advertised.release()
    return packet


def _require_flags(packet, flags, options):
    require(bytes.fromhex(flags) in packet.data, f"flags of {options}: {packet.data.hex()}")


def _waits_until_on_air(advertised, state="active"):
    poll(lambda: advertised.get("State") == state, f"{advertised.path} to be {state}", every=0.05)


def _await_capability(world, name):
    poll(lambda: name in world.bus.get(HUB, HUB_PATH, f"{HUB}.Hub1.Capabilities"), name)


def what_is_heard_is_what_was_computed_and_what_would_be_left_out_is_refused(world):
    central = world.air().central()
    _await_capability(world, "advertise-interval")
    with expect_error("NotSupported", "TxPower: the controller"):
        Advertised(world.bus, TxPower=-4)
    with expect_error("NotSupported", "IntervalUs: Linux"):
        Advertised(world.bus, IntervalUs=1000000, Connectable=False)
    full = {"ManufacturerData": _data("a{qv}", {0xffff: bytes(range(24))}), "Name": "n" * 29}
    require_equal(2 + len(full["Name"]), 31, "bytes of the scan response that is full")
    many = {"UUIDs": ["180d", "12345678-0000-1000-8000-00805f9b34fb"], "SolicitUUIDs": ["1805"], "Appearance": 0x0341,
            "ManufacturerData": _data("a{qv}", {0x004c: b"\x01"}), "ServiceData": _data("a{sv}", {"180f": b"\x64"}),
            "Name": "Greta"}
    connectable = [({"Name": "plain"}, "ADV_IND", "020106"),
                   ({"Name": "limited", "LimitedDiscoverable": True}, "ADV_IND", "020105"),
                   ({"Name": "hidden", "Discoverable": False}, "ADV_IND", "020104"),
                   (full, "ADV_IND", "020106"), (many, "ADV_IND", "020106")]
    others = [({"UUIDs": ["180d"], "Connectable": False}, "ADV_NONCONN_IND", "020104"),
              ({"Name": "asked", "Connectable": False}, "ADV_SCAN_IND", "020104")]
    for options, kind, flags in connectable + others:
        _require_flags(_require_heard_once(world, central, options, kind), flags, options)
    for options, kind, flags in connectable:
        packet = _require_heard_once(world, central, {**options, **SLOW}, kind)
        _require_flags(packet, flags, options)
        require(151875 <= packet.interval_us <= 152500, f"interval {packet.interval_us}")


def beacons_by_name_are_heard_to_the_byte(world):
    central = world.air().central()
    for beacon, data in BEACONS:
        typed = {key: GLib.Variant("d" if isinstance(value, float) else "s" if isinstance(value, str) else "x", value)
                 for key, value in beacon.items()}
        packet = _require_heard_once(world, central, {"Beacon": GLib.Variant("a{sv}", typed)}, "ADV_NONCONN_IND")
        require_equal(packet.data.removeprefix(NO_BREDR).hex(), data, beacon["Type"])


def advertisements_take_turns_and_end_by_time_or_by_a_central(world):
    central = world.air().central()
    adapter = f"{HUB}.Adapter1"
    first = Advertised(world.bus, Name="first")
    second = Advertised(world.bus, Name="second", IntervalUs=100000)
    heard = {packet.scan_response[2:] for packet in central.hear(count=2, distinct=True)}
    require_equal(heard, {b"first", b"second"}, "both, by a controller that sends one at a time")
    path, = first.get("Adapters")
    sets = world.bus.get(HUB, path, f"{adapter}.AdvertisingSets")
    require_equal(sets - world.bus.get(HUB, path, f"{adapter}.FreeAdvertisingSets"), 2, "sets in use")
    more = [Advertised(world.bus, Name=f"n{number}") for number in range(sets - 2)]
    late = Advertised(world.bus, Name="late", IntervalUs=100000)
    require_equal(late.get("State"), "waiting", "one too many")
    for advertised in [first, *more]:
        advertised.release()
    _waits_until_on_air(late)
    late.release()
    second.release()

    timed = Advertised(world.bus, Name="timed", TimeoutMs=300, IntervalUs=20000)
    _waits_until_on_air(timed, "ended")
    require(not central.hears(timeout_s=0.3), "it is on the air after its time")
    once = Advertised(world.bus, Name="once", UntilConnected=True)
    waiting = world.bus.begin(HUB, once.path, f"{HUB}.Advertisement1.WaitConnected", "(a{sv})", {})
    central.connect(discover=False)
    require_equal(waiting.wait()[0], central.address, "who came")
    _waits_until_on_air(once, "ended")
    central.disconnect()
    require(not central.hears(timeout_s=0.3), "it is on the air after a central came")


def advertisements_are_on_the_air_again_after_everything(world):
    air = world.air()
    central = air.central()
    advertised = [Advertised(world.bus, Name=f"way{number}", **way) for number, way in enumerate([{}, SLOW])]

    def require_both(after):
        for one in advertised:
            _waits_until_on_air(one)
        heard = {packet.scan_response[2:] for packet in central.hear(count=2, distinct=True)}
        require_equal(heard, {b"way0", b"way1"}, after)
    require_both("at first")
    world.run("systemctl", "restart", BLUETOOTH)
    require_both("after a restart of bluetoothd")
    world.forget_votes()
    world.bus.hub("RadioOff")
    world.bus.hub("RadioOn")
    require_both("after the radio was off")
    air.unplug()
    for one in advertised:
        _waits_until_on_air(one, "waiting")
    air.plug()
    require_both("after a re-plug")


def advertisements_of_a_killed_daemon_go_and_nobody_elses(world):
    central = world.air().central()
    _await_capability(world, "advertise-interval")  # BlueZ has removed what was there before it
    index = int(next(iter(world.adapter_paths().values()))[-1])
    kernel = Management()
    world.stack.callback(kernel.socket.close)
    kernel.call(0x0054, index, struct.pack("<BIHHIIb", 3, 1, 0, 0, 0, 0, 127))
    kernel.call(0x0055, index, bytes([3, 3, 0, 2, 1, 6]))
    ours = Advertised(world.new_bus(), Name="ours", IntervalUs=100000)
    _waits_until_on_air(ours)
    require_equal({packet.scan_response for packet in central.hear(count=2, distinct=True)},
                  {b"", b"\x05\x09ours"}, "both")
    unit = Unit(world.bus, UNIT)
    pid = unit.pid()
    os.kill(pid, signal.SIGKILL)
    unit.wait_for_new_process(pid)
    poll(lambda: not pathlib.Path("/run/blehub/monitors").exists(), "nothing left to be undone")
    kernel.call(0x003f, index, bytes([5]), status=0x0d)  # there is none
    kernel.call(0x003f, index, bytes([3]))


def interval_and_power_reach_a_controller_that_takes_them(world):
    world.plug_btvirt(1, kind=None)
    tap = Tap(world)
    _await_capability(world, "advertise-tx-power")
    advertised = Advertised(world.bus, UUIDs=["180d"], IntervalUs=100000, TxPower=-4)
    parameters = tap.commands(0x2036)[-1]  # Core 5.4 Vol 4 Part E 7.8.53
    require_equal((parameters[3:6].hex(), parameters[6:9].hex()), ("a00000", "a00000"), "shortest and longest interval")
    require_equal(struct.unpack_from("<b", parameters, 19)[0], -4, "power")
    data, _ = advertised.packets()
    sent = tap.commands(0x2037)[-1][4:]
    require_equal(sent[:-1].hex(), data[:-1].hex(), "all but the power, which the controller chose")
    require_equal(data[-1:].hex(), "fc", "that was asked for")


