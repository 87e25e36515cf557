#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program on bleak that connects a device and reads from it. Says "ready", and answers commands on stdin, one a line:

    connect        until its services are known     milliseconds
    read COUNT     one read after the other         milliseconds of each
    disconnect                                      milliseconds

usage: peer_link.py DEVICE-PATH CHARACTERISTIC-UUID
"""

import asyncio
import sys
import time

from peer import new_client, open_stdin


async def read(client, uuid, count):
    for _ in range(count):
        await client.read_gatt_char(uuid)


async def main(path, uuid):
    stdin = await open_stdin()
    client = new_client(path)
    print("ready", flush=True)
    while line := (await stdin.readline()).decode().split():
        verb, count = line[0], int(line[1]) if line[1:] else 1
        start = time.monotonic()
        await {"connect": client.connect, "disconnect": client.disconnect,
               "read": lambda count=count: read(client, uuid, count)}[verb]()
        print(f"{(time.monotonic() - start) * 1000 / count:.3f}", flush=True)


asyncio.run(main(*sys.argv[1:]))
