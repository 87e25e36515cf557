# SPDX-License-Identifier: LGPL-2.1-or-later
"""What blehubd has, that must not grow."""

import os

from guest import HUB, HUB_PATH, Unit, require_equal
from process import Process


class Measure:
    """Descriptors, match rules on the bus, objects of org.blehub that root sees, memory."""

    def __init__(self, world):
        self.world = world
        self.pid = Unit(world.bus, "blehubd.service").pid()
        names = world.bus.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames")
        self.names = [name for name in names if name.startswith(":") and self._pid_of(name) == self.pid]
        require_equal(len(self.names), 2, "connections of blehubd to the bus")

    def _pid_of(self, name):
        return self.world.bus.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.GetConnectionUnixProcessID",
                                   "(s)", name)

    def _matches(self):
        rules = self.world.bus.call("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus.Debug.Stats.GetAllMatchRules")
        return sum(len(rules.get(name, [])) for name in self.names)

    def counts(self):
        objects = self.world.bus.call(HUB, HUB_PATH, "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
        return {"descriptors": len(os.listdir(f"/proc/{self.pid}/fd")), "match rules": self._matches(),
                "objects": len(objects)}

    def memory_kb(self):
        return Process(self.pid).memory_kb()
