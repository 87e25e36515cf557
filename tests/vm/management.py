# SPDX-License-Identifier: LGPL-2.1-or-later
"""The kernel's management socket, for what no program of the guest says there."""

import ctypes
import socket
import struct

from guest import require_equal


class Management:
    """A socket of our own."""

    NONE = 0xffff

    def __init__(self):
        self.socket = socket.socket(socket.AF_BLUETOOTH, socket.SOCK_RAW, socket.BTPROTO_HCI)
        address = struct.pack("<HHH", socket.AF_BLUETOOTH, self.NONE, 3)
        if ctypes.CDLL(None, use_errno=True).bind(self.socket.fileno(), address, len(address)):
            raise OSError(ctypes.get_errno(), "bind")
        self.socket.settimeout(10)

    def call(self, opcode, index=0, parameters=b"", status=0):
        self.socket.send(struct.pack("<HHH", opcode, index, len(parameters)) + parameters)
        while True:
            packet = self.socket.recv(4096)
            event, where, _ = struct.unpack_from("<HHH", packet)
            if event in (1, 2) and where == index and struct.unpack_from("<H", packet, 6)[0] == opcode:
                require_equal(packet[8], status, f"status of command 0x{opcode:04x}")
                return packet[9:]
