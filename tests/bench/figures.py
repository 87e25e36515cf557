# SPDX-License-Identifier: LGPL-2.1-or-later
"""How figures are said: a line `name: value unit` each."""


class Figures:
    """Prints figures, and remembers those that miss their goal."""

    def __init__(self, prefix=""):
        self.prefix = prefix
        self.missed = []

    def put(self, name, value, unit, digits=2):
        print(f"{self.prefix}{name}: {value:.{digits}f} {unit}", flush=True)

    def goal(self, name, value, unit, goal, digits=2):
        self.put(name, value, unit, digits)
        if value > goal:
            self.missed.append(f"{name} is {value:.{digits}f}, goal {goal}")

    def ratio(self, name, value, base, goal=None):
        """value over base; both were printed before."""
        if goal is None:
            self.put(name, value / base, "ratio", 3)
        else:
            self.goal(name, value / base, "ratio", goal, 3)
