# SPDX-License-Identifier: LGPL-2.1-or-later
"""What cases about sharing begin with: a peripheral that counts, and clients that are programs of their own."""

import json

from air.gatt import characteristic, service
from guest import LIB, require_equal

BASE = "5a1b{:04x}-7c1e-4a53-9e61-3f2c3a5d0002"
WRITTEN, COUNTING, ALSO_COUNTING = map(BASE.format, [0x14, 0x15, 0x16])
SERVICES = [service(BASE.format(1), characteristic(WRITTEN, "write write-without-response"),
                    *(characteristic(uuid, "read write notify", bytes(4)) for uuid in [COUNTING, ALSO_COUNTING]))]


class Sharer:
    """One of these programs; sharer.py says what it can be asked."""

    def __init__(self, world, user=None):
        self.process = world.start("/usr/bin/python3", "-B", LIB / "sharer.py", user=user)
        require_equal(self.answer(), "ready", "client")

    def tell(self, *words):
        """The answer has to be fetched by answer()."""
        print(*words, file=self.process.stdin, flush=True)

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("a client has ended")
        return json.loads(line)

    def ask(self, *words):
        self.tell(*words)
        return self.answer()

    def connect(self, peer):
        """The seconds it took."""
        return self.ask("connect", peer.address)

    def followed(self, uuid):
        """First and last number, and how many there were."""
        return self.ask("account")["followed"][uuid]

    def complaints(self):
        return self.ask("account")["complaints"]

    def kill(self):
        self.process.kill()
        self.process.wait()
