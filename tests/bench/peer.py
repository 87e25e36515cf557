#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The peer: a program on bleak that counts what is on the air, or what a device notifies, as any user of bleak would
write it. Commands on stdin, one a line, each answered by one line: see bench-account.h.

usage: peer.py [DEVICE-PATH CHARACTERISTIC-UUID]
"""

import asyncio
import sys
import time

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice

COMPANY = 0xFFFF


class Listener:
    """Counts what comes and, in timing mode, remembers how long each took to arrive."""

    def __init__(self):
        self.count = 0
        self.delays_ns = []
        self.timing = False
        self.wanted = None  # (count, future)

    def on_advertisement(self, _device, advertisement):
        if self.timing:
            sent = int.from_bytes(advertisement.manufacturer_data[COMPANY][:8], "little")
            self.delays_ns.append(time.monotonic_ns() - sent)
        self._add()

    def on_value(self, _characteristic, _value):
        self._add()

    def _add(self):
        self.count += 1
        if self.wanted and self.count >= self.wanted[0]:
            self.wanted[1].set_result(None)
            self.wanted = None

    def start(self, timing):
        self.count = 0
        self.delays_ns = []
        self.timing = timing
        return "ok"

    async def wait(self, count):
        if self.count < count:
            self.wanted = (count, asyncio.get_running_loop().create_future())
            await self.wanted[1]
        return str(self.count)

    def report(self):
        delays = sorted(self.delays_ns)
        share = [delays[int((len(delays) - 1) * part)] / 1000 if delays else 0 for part in (0.5, 0.99)]
        return f"{self.count} {share[0]:.1f} {share[1]:.1f}"


async def open_stdin():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def new_client(path):
    """Of a device that BlueZ knows, by its object path."""
    address = path[-17:].replace("_", ":")
    return BleakClient(BLEDevice(address, None, {"path": path, "props": {}}, 0))


async def serve(listener):
    reader = await open_stdin()
    while line := (await reader.readline()).decode().split():
        verb, *arguments = line
        if verb in ("count", "time"):
            answer = listener.start(verb == "time")
        elif verb == "wait":
            answer = await listener.wait(int(arguments[0]))
        else:
            answer = listener.report()
        print(answer, flush=True)


async def listen(listener):
    async with BleakScanner(listener.on_advertisement):
        print("ready", flush=True)
        await serve(listener)


async def be_notified(listener, path, uuid):
    async with new_client(path) as client:
        await client.start_notify(uuid, listener.on_value)
        print("ready", flush=True)
        await serve(listener)


if __name__ == "__main__":
    asyncio.run(be_notified(Listener(), *sys.argv[1:]) if sys.argv[1:] else listen(Listener()))
