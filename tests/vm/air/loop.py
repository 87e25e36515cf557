# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files to read and things to do later, in one thread."""

import heapq
import itertools
import selectors
import time


class Loop:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.timers = []
        self.order = itertools.count()
        self.running = True

    def watch(self, fd, on_readable):
        self.selector.register(fd, selectors.EVENT_READ, on_readable)

    def unwatch(self, fd):
        self.selector.unregister(fd)

    def after(self, seconds, action, *arguments):
        """A timer; cancel() forgets it."""
        timer = [time.monotonic() + seconds, next(self.order), action, arguments]
        heapq.heappush(self.timers, timer)
        return timer

    def cancel(self, timer):
        if timer:
            timer[2] = None

    def run(self):
        while self.running:
            for key, _ in self.selector.select(self._next_timeout()):
                if key.fd in self.selector.get_map():
                    key.data()
            self._run_due()

    def _next_timeout(self):
        return max(0.0, self.timers[0][0] - time.monotonic()) if self.timers else None

    def _run_due(self):
        now = time.monotonic()
        while self.timers and self.timers[0][0] <= now:
            _, _, action, arguments = heapq.heappop(self.timers)
            if action:
                action(*arguments)
