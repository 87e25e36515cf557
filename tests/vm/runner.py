# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the wanted cases inside the guest: asks the host for one, says in a line how it ended, and so on until the machine ends.

Each case starts from the same world (guest.reset) and gets a Guest that takes down whatever the case set up. When one
fails, the journal of its time and the traceback go to the directory shared with the host.
"""

import importlib
import os
import pathlib
import subprocess
import sys
import threading
import time
import traceback

import differs
import guest

OUT = pathlib.Path("/run/blehub-vm")
ALIVE = OUT / "alive"  # written again and again: what the host goes by
BEAT_S = 5
LIB = pathlib.Path(__file__).resolve().parent
CASES = [LIB / "cases", LIB / "figures"]
BENCH = LIB / "tests/bench"


def load_cases():
    sys.path[:0] = map(str, [*CASES, BENCH])
    cases = {}
    for path in sorted(path for directory in CASES for path in directory.glob("*.py")):
        module = importlib.import_module(path.stem)
        for name, function in vars(module).items():
            if callable(function) and getattr(function, "__module__", "") == path.stem and not name.startswith("_"):
                cases[name] = function
    return cases


def reason_of(error):
    return f"{type(error).__name__}: {error}".replace("\n", " | ")[:400]


def save_log(name, since, reason=""):
    log = subprocess.run(["journalctl", "--no-pager", "-o", "short-monotonic", f"--since=@{since:.0f}"],
                         stdout=subprocess.PIPE, check=False).stdout
    (OUT / f"{name}.log").write_bytes(reason.encode() + b"\n" + log)


def play(name, case):
    since, began = time.time() - 3, time.monotonic()
    difference = differs.Difference(name, os.environ["BLEHUB_VM_GUEST"])
    try:
        with guest.Guest(difference) as world:
            notes = [case(world), *world.notes, difference.note()]
    except Exception as error:  # a case may fail in any way, and the next one has to run
        save_log(name, since, traceback.format_exc())
        return f"FAIL {name} ({time.monotonic() - began:.1f} s): {reason_of(error)}"
    if (OUT / "keep").exists():
        save_log(name, since)
    return " ".join([f"ok {name} ({time.monotonic() - began:.1f} s)", *filter(None, notes)])


def record_hci():
    if os.environ.get("BLEHUB_VM_BTMON"):
        subprocess.Popen(["btmon", "-w", OUT / "btmon.snoop"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def show_life():
    def beat():
        while True:
            ALIVE.write_text("alive")
            time.sleep(BEAT_S)
    threading.Thread(target=beat, daemon=True).start()


def wanted():
    """Names of cases, one after the other, as the host gives them."""
    while True:
        print("next?", flush=True)
        yield sys.stdin.readline().strip()


def main():
    print(flush=True)  # whatever was on the line before us
    record_hci()
    show_life()
    cases = load_cases()
    for name in wanted():
        print(play(name, cases[name]), flush=True)


if __name__ == "__main__":
    main()
