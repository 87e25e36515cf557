#!/usr/bin/python3 -B
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several programs on bleak that are notified by one device, which is connected already.

They are forked from one that has read the modules, because that takes seconds where the machine is emulated; each has
connections to the bus and a main loop of its own. Says "ready" and their ids; then each command on stdin goes to all, and
the answer of the one that has heard least is passed on. See bench-account.h.

usage: peer_group.py COUNT DEVICE-PATH CHARACTERISTIC-UUID
"""

import asyncio
import os
import signal
import socket
import sys

import peer


def fork(path, uuid):
    """A process, and what it is told and answers by."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if not pid:
        ours.close()
        os.dup2(theirs.fileno(), sys.stdin.fileno())
        os.dup2(theirs.fileno(), sys.stdout.fileno())
        asyncio.run(peer.be_notified(peer.Listener(), path, uuid))
        os._exit(0)
    theirs.close()
    return pid, ours.makefile("rw")


def answer_of(members):
    return min((channel.readline().strip() for _, channel in members), key=lambda text: (len(text.split()[0]), text))


def main():
    members = [fork(*sys.argv[2:]) for _ in range(int(sys.argv[1]))]
    answer_of(members)
    print("ready", *(pid for pid, _ in members), flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        for line in sys.stdin:
            for _, channel in members:
                channel.write(line)
                channel.flush()
            print(answer_of(members), flush=True)
    finally:
        for pid, _ in members:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


main()
