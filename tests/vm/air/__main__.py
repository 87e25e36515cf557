# SPDX-License-Identifier: LGPL-2.1-or-later
"""`python3 -m air CONTROLLERS [LINKS]`: so many controllers, of so many links each. Takes orders on standard input, pickled
(target, method, arguments, named arguments), one at a time, and answers (true, result) or (false, what went wrong).

The target is "air" or a device's number. Ends when standard input does.
"""

import pickle
import sys
import traceback

from .central import Central
from .hci import Controller
from .loop import Loop
from .peripheral import Peripheral


class Air:
    def __init__(self, controllers, links):
        self.loop = Loop()
        self.devices = []
        self.controllers = [Controller(self.loop, self.devices, number, links) for number in range(controllers)]
        self.orders = sys.stdin.buffer
        self.answers = sys.stdout.buffer

    def add(self, **options):
        """Another peripheral; returns its number."""
        return self._add(Peripheral(self.loop, self.controllers, **options))

    def add_central(self, **options):
        """Another central; returns its number."""
        return self._add(Central(self.loop, self.controllers, **options))

    def _add(self, device):
        self.devices.append(device)
        return len(self.devices) - 1

    def plug(self, number):
        self.controllers[number].plug()

    def unplug(self, number):
        self.controllers[number].unplug()

    def listens(self, number):
        """Whether a controller scans, or wants to connect."""
        return self.controllers[number].listens()

    def advertises(self, number):
        """Whether a controller does."""
        return self.controllers[number].advertiser.enabled

    def run(self):
        self.loop.watch(sys.stdin.fileno(), self._on_order)
        self.loop.run()

    def _on_order(self):
        try:
            order = pickle.load(self.orders)
        except EOFError:
            self.loop.running = False
            return
        try:
            self._obey(*order)
        except Exception:  # a wrong order is the case's mistake, which has to hear of it
            self._answer(False, traceback.format_exc())

    def _obey(self, target, method, arguments, named):
        owner = self if target == "air" else self.devices[target]
        later = getattr(owner, "later_" + method, None)
        if later:
            later(self._answer, *arguments, **named)
        else:
            self._answer(True, getattr(owner, method)(*arguments, **named))

    def _answer(self, success, result):
        pickle.dump((success, result), self.answers)
        self.answers.flush()


Air(*map(int, sys.argv[1:])).run()
