# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guests running at the same time, and what they say.

Most cases wait more than they compute, so the guests share the processors. Cases that measure come last in
each guest and begin when it is told so: no sooner than all others have asked for theirs or ended, and one guest at a time.
A guest that says nothing for too long is ended.
"""

import selectors
import time

SILENCE_S = 180.0
TOTAL_S = 780.0


class Part:
    """One guest's cases: what is known of each, said as soon as it is."""

    def __init__(self, name, cases):
        self.name = name
        self.cases = cases
        self.results = {}  # by case: None for passed, else the reason
        self.machine = None
        self.state = "busy"  # then "asks" to be alone, is "alone", and has "ended"
        self.heard = None  # when; from the boot on

    def __enter__(self):
        self.machine.__enter__()
        self.heard = time.monotonic()
        return self

    def __exit__(self, *what):
        self.machine.__exit__(*what)

    def fileno(self):
        return self.machine.fileno()

    def hear(self):
        self.heard = time.monotonic()
        lines = self.machine.read_lines()
        if lines is None:
            self.end("the guest ended without reporting it")
            return
        for line in lines:
            self._take(line)

    def _take(self, line):
        verdict, _, rest = line.partition(" ")
        if verdict in ("ok", "FAIL") and rest:
            self.results[rest.split()[0].rstrip(":")] = None if verdict == "ok" else rest
            print(f"{verdict} {self.name}/{rest}", flush=True)
        elif verdict == "figure":
            print(line, flush=True)
        elif line == "alone?":
            self.state = "asks"
        elif line == "done":
            self.end("the guest never reported it")

    def may_be_alone(self):
        self.state = "alone"
        self.heard = time.monotonic()
        self.machine.say("alone")

    def end(self, reason):
        """Whatever was not reported has failed."""
        self.state = "ended"
        for case in self.cases:
            if case not in self.results:
                self._take(f"FAIL {case}: {reason}")

    def is_silent(self, now):
        return self.state in ("busy", "alone") and now - self.heard > SILENCE_S


def play(parts):
    """Until all have ended."""
    end = time.monotonic() + TOTAL_S
    with selectors.DefaultSelector() as selector:
        for part in parts:
            selector.register(part, selectors.EVENT_READ, part)
        while selector.get_map():
            for key, _ in selector.select(1.0):
                key.data.hear()
            _end_overdue(parts, end)
            _give_turn(parts)
            for key in list(selector.get_map().values()):
                if key.data.state == "ended":
                    selector.unregister(key.data)


def _end_overdue(parts, end):
    now = time.monotonic()
    for part in parts:
        if part.is_silent(now):
            part.end(f"the guest said nothing for {SILENCE_S:.0f} s")
        elif now > end and part.state != "ended":
            part.end(f"not reached within {TOTAL_S:.0f} s")


def _give_turn(parts):
    if any(part.state in ("busy", "alone") for part in parts):
        return
    waiting = next((part for part in parts if part.state == "asks"), None)
    if waiting:
        waiting.may_be_alone()
