# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is plugged in: the program that is a virtual controller."""

import signal
import subprocess


class Controller:
    """A virtual controller, or several, for as long as their process lives."""

    def __init__(self, command, scenario=None):
        self.scenario = scenario
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def silence(self):
        """From now on it hears nothing. Returns how many advertisements the kernel was told of so far, and of how
        many in the air. For our own controller."""
        return self._signal(signal.SIGUSR1, "silent")

    def resume(self):
        """It hears again, if it did not. Returns the same."""
        return self._signal(signal.SIGUSR2, "heard")

    def _signal(self, number, answer):
        self.process.send_signal(number)
        for line in self.process.stdout:
            word, _, rest = line.partition(" ")
            if word == answer:
                return tuple(int(number) for number in rest.split())
        raise AssertionError("the controller has ended")

    def advertised(self):
        """How many advertisements were on the air so far. For our own controller, while it hears."""
        return self.resume()[1]

    def unplug(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
