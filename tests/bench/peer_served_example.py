#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""BlueZ's own example of a GATT server, whose heart rate is measured when told to instead of once a second. Says "ready"
when BlueZ has it, and answers commands on stdin, one a line:

    burst COUNT     so many measurements, each in a turn of its main loop     done

usage: peer_served_example.py EXAMPLE
"""

import importlib.machinery
import importlib.util
import sys

from gi.repository import GLib


def load(path):
    loader = importlib.machinery.SourceFileLoader("example", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("example", loader))
    loader.exec_module(module)
    return module


def say(*words):
    sys.__stdout__.write(" ".join(words) + "\n")
    sys.__stdout__.flush()


def control(example):
    """Has it take its orders from stdin; what it says itself goes where the bench logs."""
    sys.stdout = sys.stderr
    measurements = []

    class Application(example.Application):
        def __init__(self, bus):
            super().__init__(bus)
            measurements.append(self.services[0].characteristics[0])

    def measure(left):
        measurements[0].hr_msrmt_cb()
        GLib.idle_add(measure, left - 1) if left > 1 else say("done")
        return GLib.SOURCE_REMOVE

    def on_order(_stdin, _condition):
        words = sys.stdin.readline().split()
        if not words:
            example.mainloop.quit()
            return GLib.SOURCE_REMOVE
        GLib.idle_add(measure, int(words[1]))
        return GLib.SOURCE_CONTINUE

    example.Application = Application
    example.HeartRateMeasurementChrc._update_hr_msrmt_simulation = lambda _self: None
    example.register_app_cb = lambda: say("ready")
    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, on_order)


def main(path):
    example = load(path)
    control(example)
    example.main()


main(*sys.argv[1:])
