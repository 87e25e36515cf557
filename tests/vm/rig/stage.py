# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guests running at the same time, and what they say.

Most cases wait more than they compute, so the machines share the processors, and each guest has several: a machine asks for its
next case when it is done with one. Cases that measure come last, when no more machines have one than there are processors for.

A machine that ends, shows no life, or takes too long for a case, fails the case that it was at, and another one takes its place.
Only a kernel that breaks or fails in a way that is known to be its own fault, and a clock that leapt, do not fail the case: it is
given once more, and said.
"""

import collections
import os
import re
import select
import time

BOOT_S = 240.0
LIFELESS_S = 60.0  # it shows life every few seconds
CASE_S = 360.0
TOTAL_S = 780.0
PROCESSORS = os.cpu_count() or 1
LOSSES_MAX = 3  # machines of a guest; what loses as many would lose the next one, too
KNOWN_DEFECT = "list_del corruption"  # of Linux 6.1, when links end while their channels are being freed
# Linux 6.12 could not cancel an attempt to connect, and keeps it for 20 s, in which nobody else can connect.
KNOWN_FAILURE = "Opcode 0x200e failed: -16"
DEAF = "btvirt's controllers do not hear each other"  # as pair.py says when a scan has shown it
# The guest's clock is the host's counter of ticks, which goes on while the host itself is stopped. All deadlines are over then.
LEAP_S = 3.0
LEAPS_MAX = 3  # of one case
GUEST_SECONDS = re.compile(r"\((\d+\.\d) s\)")


class Part:
    """One guest's cases: what is known of each, said as soon as it is."""

    def __init__(self, name, cases, alone):
        self.name = name
        self.cases = cases
        self.measuring = alone
        self.waiting = [case for case in cases if case not in alone]
        self.alone = [case for case in cases if case in alone]  # these wait until the others are done
        self.results = {}  # by case: None for passed, else the reason
        self.seconds = {}  # by case: how long it took
        self.again = collections.Counter()
        self.losses = 0

    def report(self, verdict, rest):
        case = rest.split()[0].rstrip(":")
        if case in self.results:
            return
        self.results[case] = None if verdict == "ok" else rest
        print(f"{verdict} {self.name}/{rest}", flush=True)

    def excuse(self, case, machine, rest, seconds):
        """Why a case that failed is given once more; None if it is not."""
        taken = GUEST_SECONDS.search(rest)
        leap = float(taken.group(1)) - seconds if taken else 0.0
        if leap > LEAP_S and self.give_again(case, LEAPS_MAX):
            return f"its clock leapt by {leap:.0f} s"
        if DEAF in rest and self.give_again(case):
            return "with other controllers"
        if machine.said_lately(KNOWN_FAILURE) and self.give_again(case):
            return f"its kernel said {KNOWN_FAILURE!r}"
        return None

    def give_again(self, case, most=1):
        """True if it was not given again so often before."""
        if self.again[case] >= most:
            return False
        self.again[case] += 1
        (self.alone if case in self.measuring else self.waiting).insert(0, case)
        return True

    def end(self, reason):
        """Whatever was not reported has failed."""
        self.waiting = self.alone = []
        for case in self.cases:
            if case not in self.results:
                self.report("FAIL", f"{case}: {reason}")


class Place:
    """Where one machine of a guest runs, and after it another one if it is lost."""

    def __init__(self, part, machine):
        self.part = part
        self.machine = machine
        self._boot()

    def _boot(self):
        self.machine.start()
        self.state, self.running, self.began = "busy", None, time.monotonic()  # then "asks", and in the end has "ended"
        self.measures = False

    def end(self):
        if self.state != "ended":
            self.machine.stop()
        self.state = "ended"

    def fileno(self):
        return self.machine.fileno()

    def hear(self):
        lines = self.machine.read_lines()
        if lines is None:
            self.lose("the guest ended")
            return
        for line in lines:
            self._take(line)

    def _take(self, line):
        verdict, _, rest = line.partition(" ")
        if verdict in ("ok", "FAIL") and rest:
            self._take_verdict(verdict, rest)
        elif verdict == "figure":
            print(line, flush=True)
        elif line == "next?":
            self.state, self.measures = "asks", False

    def _take_verdict(self, verdict, rest):
        now = time.monotonic()
        excuse = self.part.excuse(self.running, self.machine, rest, now - self.began) if verdict == "FAIL" else None
        if excuse:
            print(f"# {self.part.name}/{rest}: given once more, {excuse}", flush=True)
        else:
            self.part.report(verdict, rest)
        self.part.seconds[self.running] = now - self.began
        self.running, self.began = None, now

    def give(self, case, measures=False):
        self.state, self.running, self.began = "busy", case, time.monotonic()
        self.measures = measures
        self.machine.begin_case()
        self.machine.say(case)

    def lose(self, reason):
        """This machine is of no use any more."""
        self.end()
        self.part.losses += 1
        reason += self.machine.last_words()
        if self.running and KNOWN_DEFECT in reason and self.part.give_again(self.running):
            print(f"# {self.part.name}/{self.running} is given to another machine: {reason}", flush=True)
        elif self.running:
            self.part.report("FAIL", f"{self.running}: {reason}")
        if self.part.losses >= LOSSES_MAX:
            self.part.end(reason)
        elif self.part.waiting or self.part.alone:
            self._boot()

    def what_is_wrong(self, now):
        """None while all is well."""
        if self.state == "asks":
            return None
        if now - self.began > (CASE_S if self.running else BOOT_S):
            return f"not done within {now - self.began:.0f} s"
        if self.running and now - max(self.began, self.machine.was_alive()) > LIFELESS_S:
            return f"the guest showed no life for {LIFELESS_S:.0f} s"
        return None


def play(places):
    """Until all have ended."""
    end = time.monotonic() + TOTAL_S
    while living := [place for place in places if place.state != "ended"]:
        for place in select.select(living, [], [], 1.0)[0]:
            place.hear()
        _end_overdue(living, end)
        _give_turns([place for place in living if place.state != "ended"])


def _end_overdue(places, end):
    now = time.monotonic()
    for place in places:
        if place.state == "ended":
            continue
        if now > end:
            place.part.end(f"not reached within {TOTAL_S:.0f} s")
            place.end()
        elif wrong := place.what_is_wrong(now):
            place.lose(wrong)


def _give_turns(places):
    kept = collections.Counter()  # machines of a part that wait until what measures may begin
    for place in [place for place in places if place.state == "asks"]:
        if place.part.waiting:
            place.give(place.part.waiting.pop(0))
        elif kept[place.part] < len(place.part.alone):
            kept[place.part] += 1
        else:
            place.end()
    living = [place for place in places if place.state != "ended"]
    if all(place.state == "asks" or place.measures for place in living):
        _give_measurements(living)


def _give_measurements(living):
    free = PROCESSORS - sum(place.machine.processors for place in living if place.measures)
    for place in living:
        busy = any(other.measures for other in living)
        if place.state == "asks" and place.part.alone and (place.machine.processors <= free or not busy):
            place.give(place.part.alone.pop(0), measures=True)
            free -= place.machine.processors
