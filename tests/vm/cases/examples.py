# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples as they are installed, each run by another user than root until it is ended."""

import pathlib

from guest import LIB, poll, require_equal
from scenarios import TICKER, TICKER_ADDRESS

EXAMPLES = pathlib.Path("/usr/share/doc/blehub/examples")
LINE = f"{TICKER_ADDRESS} -60 dBm Ticker\n"


def _print_reports(world, *command):
    world.plug(TICKER)
    program = world.start(*command, user="nobody")
    for _ in range(3):
        require_equal(program.stdout.readline(), LINE, f"a line of {command[-1]}")
    require_equal(world.bus.counters()["Streams"], 1, "streams while it runs")
    program.terminate()
    poll(lambda: world.bus.counters()["Streams"] == 0, "its stream to go")
    require_equal(world.bus.counters()["Scans"], 0, "scans left behind")


def the_example_in_c_prints_reports_by_the_installed_library(world):
    _print_reports(world, LIB / "example-scan")


def the_example_in_python_prints_reports(world):
    _print_reports(world, "/usr/bin/python3", EXAMPLES / "scan.py")


def the_example_in_node_prints_reports(world):
    _print_reports(world, "/usr/bin/node", EXAMPLES / "scan.js")
