# SPDX-License-Identifier: LGPL-2.1-or-later
"""What controllers are told, byte for byte: the kernel's monitor channel, which btmon shows, too."""

import ctypes
import socket
import struct

_MONITOR, _NO_DEVICE, _COMMAND = 2, 0xffff, 2


class Tap:
    """Everything from now on, until the case ends."""

    def __init__(self, world):
        self.socket = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.BTPROTO_HCI)
        world.stack.callback(self.socket.close)
        address = struct.pack("<HHH", socket.AF_BLUETOOTH, _NO_DEVICE, _MONITOR)
        if ctypes.CDLL(None, use_errno=True).bind(self.socket.fileno(), address, len(address)):
            raise OSError(ctypes.get_errno(), "bind")
        self.told = []  # (opcode, parameters)

    def commands(self, opcode):
        """The parameters of each of this opcode so far."""
        while True:
            try:
                packet = self.socket.recv(4096)
            except BlockingIOError:
                return [parameters for told, parameters in self.told if told == opcode]
            if struct.unpack_from("<H", packet)[0] == _COMMAND:
                self.told.append((struct.unpack_from("<H", packet, 6)[0], packet[9:]))
