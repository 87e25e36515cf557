# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is served is there again, and as it was, whatever went away meanwhile; and what was released leaves nothing."""

import os
import signal

from guest import Unit, expect_error, poll, require, require_equal
from measure import Measure
from serving import Advertised, Served, characteristic, service

OWN = "5a1b{:04x}-7c1e-4a53-9e61-3f2c3a5d0006"
SERVICE, OTHER_SERVICE, VALUE, OTHER_VALUE, COMMAND = (OWN.format(number) for number in [0x01, 0x02, 0x11, 0x12, 0x13])
SERVED = [service(SERVICE, characteristic(VALUE, "read notify", b"initial"), characteristic(COMMAND, "write", Capture=True))]
CYCLES = 100
SETTLED = 20  # cycles until the heap is as large as it gets


class _Lasting:
    """Two applications and an advertisement, followed by their owner, and a central."""

    def __init__(self, world):
        self.air = world.air()
        self.central = self.air.central()
        bus = world.new_bus()
        self.kept = Served(bus, SERVED)
        self.anew = Served(bus, [service(OTHER_SERVICE, characteristic(OTHER_VALUE, "read", b"initial"))],
                           OnRestart="initial")
        self.advertisement = Advertised(bus, Name="acceptance")
        self.states = [(self.kept.follow_state(), "registered"), (self.anew.follow_state(), "registered"),
                       (self.advertisement.follow_state(), "active")]

    def require_back(self, harm, value):
        """The waiter hears of it at once, the owner once; a central finds what was there."""
        for application, name in [(self.kept, VALUE), (self.anew, OTHER_VALUE)]:
            application.set_value(name, value)
        waiter = self.kept.begin_wait()
        for state, _up in self.states:
            state.values = state.values[-1:]
        harm()
        with expect_error("Disconnected"):
            waiter.wait()
        for state, up in self.states:
            state.wait_for_list([up, "waiting", up])
        self._require_served(value)
        for state, up in self.states:
            require_equal(state.values, [up, "waiting", up], "told")

    def _require_served(self, value):
        waiter = self.kept.begin_wait()
        self.central.connect()
        require_equal([self.central.read(VALUE), self.central.read(OTHER_VALUE)], [value, b"initial"], "what a central reads")
        self.central.write(COMMAND, value)
        require_equal(bytes(waiter.wait()[3]), value, "what the owner hears")
        self.central.disconnect()

    def replug(self):
        self.air.unplug()
        self.states[0][0].wait_for("waiting")
        self.air.plug()


def what_is_served_comes_back_with_its_last_values_after_every_restart(world):
    lasting = _Lasting(world)
    bluetooth = Unit(world.bus, "bluetooth.service")
    lasting.require_back(lambda: world.run("systemctl", "restart", "bluetooth.service"), b"restarted")
    lasting.require_back(lambda: os.kill(bluetooth.pid(), signal.SIGKILL), b"killed")
    lasting.require_back(lasting.replug, b"unplugged")


def three_rounds_of_serving_leave_nothing_behind(world):
    central = world.air().central()
    measure = Measure(world)
    before = measure.counts()
    for _ in range(3):
        bus = world.new_bus()
        application, advertisement = Served(bus, SERVED), Advertised(bus, Name="acceptance")
        central.connect()
        central.subscribe(VALUE)
        application.wait_subscribers(VALUE, 1)
        application.set_value(VALUE, b"told", Update=True)
        require_equal([central.wait_told(VALUE), central.read(VALUE)], [[b"told"], b"told"], "notified and read")
        central.disconnect()
        central.forget()
        application.wait_signals("CentralDisconnected", 1)
        for owned in [advertisement, application]:
            owned.release()
        poll(lambda: measure.counts() == before, f"what there was before: {before}", every=0.05)
        bus.close()
    require_equal(measure.counts(), before, "what blehubd has afterwards")
    return str(before)


def _switch(bus, application, states):
    """Off and on: values begin anew, who waits hears of it, and everything is up again."""
    application.set_value(VALUE, b"set")
    waiter = application.begin_wait()
    require_equal(bus.hub("RadioOff", TimeoutMs=20000), (True, []), "off, and who is against it")
    with expect_error("Disconnected"):
        waiter.wait()
    require_equal(application.value(VALUE), b"initial", "value")
    bus.hub("RadioOn", TimeoutMs=20000)
    for state, up in states:
        state.wait_for_list([up, "waiting", up])
        state.values = state.values[-1:]
    with expect_error("Timeout"):
        application.wait_written(TimeoutMs=1)


def _require_written(central, application):
    """By a central, whose link is there when the radio goes off next."""
    central.connect()
    require_equal(central.read(VALUE), b"initial", "what a central reads")
    central.write(COMMAND, b"on")
    require_equal(application.wait_written()[:3], (central.address, COMMAND, b"on"), "who wrote what")


def a_hundred_times_off_and_on_leave_what_is_served_as_it_was(world):
    world.forget_votes()
    central = world.air().central()
    bus = world.new_bus()
    application = Served(bus, SERVED)
    advertisement = Advertised(bus, Name="acceptance")
    states = [(application.follow_state(), "registered"), (advertisement.follow_state(), "active")]
    measure = Measure(world)
    before, sizes = measure.counts(), []
    for number in range(CYCLES):
        if number % 20 == 19:
            _require_written(central, application)
        _switch(bus, application, states)
        sizes.append(measure.memory_kb())
    poll(lambda: measure.counts() == before, f"what there was before: {before}", every=0.05)
    level = sizes[SETTLED:]
    require(max(level) <= 1.01 * min(level), f"RSS from {min(level)} to {max(level)} KiB: {level}")
    return f"{before}, RSS {min(level)} to {max(level)} KiB"
