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
    _stop_bluetoothd(world)
    with expect_error("NotReady", "no-bluez"):
        world.bus.hub("Discover", DurationMs=500)


def discover_with_the_radio_off_says_radio_off(world):
    world.plug(TICKER)
    _switch_radio(world, False)
    world.wait_for_hub("radio-off")
    with expect_error("NotReady", "radio-off"):
        world.bus.hub("Discover", DurationMs=500)


class _EarlyScan:
    """A scan made when there is no radio."""

    def __init__(self, world):
        self.scan = world.bus.scan()
        self.state = self.scan.follow_state()

    def require_started(self):
        require_equal(self.scan.wait_device()["Address"], TICKER_ADDRESS, "device")
        self.state.wait_for_list(["waiting", "scanning"])


def a_scan_made_without_a_controller_starts_when_one_comes(world):
    early = _EarlyScan(world)
    world.plug(TICKER)
    early.require_started()


def a_scan_made_without_bluetoothd_starts_when_it_comes(world):
    world.plug(TICKER)
    _stop_bluetoothd(world)
    early = _EarlyScan(world)
    world.run("systemctl", "start", "bluetooth.service")
    early.require_started()


def a_scan_made_with_the_radio_off_starts_when_it_is_switched_on(world):
    world.plug(TICKER)
    _switch_radio(world, False)
    world.wait_for_hub("radio-off")
    early = _EarlyScan(world)
    _switch_radio(world, True)
    early.require_started()


def _stop_bluetoothd(world):
    world.stack.callback(world.run, "systemctl", "start", "bluetooth.service")
    world.run("systemctl", "stop", "bluetooth.service")
    world.wait_for_hub("no-bluez")


def _switch_radio(world, on):
    world.bus.set("org.bluez", world.adapter_paths()[ADAPTER_ADDRESS], "org.bluez.Adapter1.Powered", on)
