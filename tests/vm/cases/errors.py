# SPDX-License-Identifier: LGPL-2.1-or-later
"""What callers are told when it cannot be: wrong options, and a radio that is not there."""

from guest import expect_error, require_equal
from scenarios import ADAPTER_ADDRESS, TICKER, TICKER_ADDRESS


def a_wrong_option_is_refused_naming_its_key_first(world):
    wrong = [("Scan", {"Nonsense": 1}), ("Scan", {"RSSI": "loud"}), ("Scan", {"RSSI": 21}),
             ("Scan", {"Report": "sometimes"}), ("Scan", {"UUIDs": ["nothing"]}), ("Scan", {"Lifetime": "ever"}),
             ("Scan", {"DurationMs": -1}), ("Discover", {"Lifetime": "lease"}), ("Discover", {"DurationMs": 0}),
             ("ListDevices", {"DurationMs": 1})]
    for method, options in wrong:
        with expect_error("InvalidArguments", next(iter(options))):
            world.bus.hub(method, **options)


def discover_without_a_controller_says_no_adapter(world):
    with expect_error("NotReady", "no-adapter"):
        world.bus.hub("Discover", DurationMs=500)


def discover_without_bluetoothd_says_no_bluez(world):
    world.stack.callback(world.run, "systemctl", "start", "bluetooth.service")
    world.run("systemctl", "stop", "bluetooth.service")
    world.wait_for_hub("no-bluez")
    with expect_error("NotReady", "no-bluez"):
        world.bus.hub("Discover", DurationMs=500)


def discover_with_the_radio_off_says_radio_off(world):
    world.plug(TICKER)
    world.bus.set("org.bluez", world.adapter_paths()[ADAPTER_ADDRESS], "org.bluez.Adapter1.Powered", False)
    world.wait_for_hub("radio-off")
    with expect_error("NotReady", "radio-off"):
        world.bus.hub("Discover", DurationMs=500)


def a_scan_made_without_a_controller_starts_when_one_comes(world):
    scan = world.bus.scan()
    state = scan.follow_state()
    require_equal(state.values, ["waiting"], "state before")
    world.plug(TICKER)
    state.wait_for("scanning")
    require_equal(scan.wait_device()["Address"], TICKER_ADDRESS, "device")
