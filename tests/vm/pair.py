# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two controllers with bluetoothd behind both: one is served by, the other is the central's."""

import contextlib
import signal

from central_link import Link
from guest import HUB, HUB_PATH, RemoteError, poll


def plug(world):
    """Paths of two controllers by address. The kernel gives up on one that is slow to answer: then once more."""
    for patience in [15, 30, 60]:
        controllers = world.plug_btvirt(2, state=None)
        with contextlib.suppress(TimeoutError):
            poll(lambda: len(world.adapter_paths()) == 2, "two controllers", timeout=patience)
            return controllers, world.adapter_paths()
        controllers.unplug()
    raise TimeoutError("two controllers")


class DeafError(Exception):
    """The rig has failed, and nothing else: rig/stage.py gives such a case once more."""

    def __init__(self):
        super().__init__("btvirt's controllers do not hear each other")


def connect_in_the_end(world, connect):
    """btvirt advertises once for each scan that begins, which the kernel of a busy machine may miss: what connect(TimeoutMs)
    returns, by the fourth time. That it was not the first is said."""
    for patience_ms in [3000, 4000, 6000]:
        try:
            return connect(patience_ms)
        except RemoteError as error:
            world.notes.append(f"no link in {patience_ms} ms ({error})")
    return connect(10000)


class Pair:
    """To Link, this is the peer."""

    address_type = "public"

    def __init__(self, world):
        self.world = world
        self.controllers, paths = plug(world)
        self.address, self.central = sorted(paths)
        poll(lambda: self._count_powered() == 2, "both to be on", every=0.05)

    def _count_powered(self):
        objects = self.world.bus.call(HUB, HUB_PATH, "org.freedesktop.DBus.ObjectManager.GetManagedObjects")
        return sum(interfaces.get(f"{HUB}.Adapter1", {}).get("Powered", False) for interfaces in objects.values())

    @contextlib.contextmanager
    def still(self):
        """Nothing passes between them meanwhile."""
        self.controllers.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.controllers.process.send_signal(signal.SIGCONT)

    def connect(self, bus=None, **options):
        options = {"Adapter": self.central, **options}
        try:
            return connect_in_the_end(self.world, lambda timeout_ms: Link(bus or self.world.bus, self, **options,
                                                                          TimeoutMs=timeout_ms))
        except RemoteError as error:
            if self._is_heard():
                raise
            raise DeafError from error

    def _is_heard(self):
        """By a plain scan. If it is not, no program could have made a link."""
        rows = self.world.bus.hub("Discover", Adapter=self.central, DurationMs=4000)
        return any(row["Address"] == self.address for row in rows)
