# SPDX-License-Identifier: LGPL-2.1-or-later
"""The asking side of ATT on one link: Core 5.4 Vol 3 Part F 3.4, Part G 4. What is asked is a generator that yields each request and is
sent its answer.
"""

import struct

from . import gatt
from .asking import Asking
from .att import NOT_FOUND, AttError

_ERROR, _NOTIFICATION, _INDICATION, _CONFIRMATION = 0x01, 0x1b, 0x1d, b"\x1e"
_GROUP, _BY_TYPE, _INFORMATION = 0x10, 0x08, 0x04
_PART_MAX = 256
_ANSWERS = {_ERROR, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x11, 0x13, 0x17, 0x19}
PDUS = _ANSWERS | {_NOTIFICATION, _INDICATION}  # what a client is sent


def _u16(data, at=0):
    return struct.unpack_from("<H", data, at)[0]


class Client(Asking):
    """send takes a PDU; on_told(handle, value, confirm) what the server tells, confirm being None of a notification. The MTU is the
    link's, which the server of this side keeps."""

    def __init__(self, server, send, on_told):
        super().__init__(send)
        self.server = server
        self.send = send
        self.on_told = on_told

    def receive(self, pdu):
        if pdu[0] in (_NOTIFICATION, _INDICATION):
            confirm = (lambda: self.send(_CONFIRMATION)) if pdu[0] == _INDICATION else None
            self.on_told(_u16(pdu, 1), pdu[3:], confirm)
        else:
            self.answer(pdu, pdu[4] if pdu[0] == _ERROR else None)

    # What can be asked

    def exchange_mtu(self, mtu):
        answer = yield struct.pack("<BH", 0x02, mtu)
        self.server.mtu = max(self.server.mtu, min(mtu, _u16(answer, 1)))

    def discover(self):
        """Everything that is served."""
        services = yield from self._list(_GROUP, gatt.PRIMARY, lambda entry: _u16(entry, 2))
        declared = yield from self._list(_BY_TYPE, gatt.DECLARATION, _u16)
        attributes = yield from self._list(_INFORMATION, b"", _u16)
        return _table(services, declared, attributes)

    def _list(self, opcode, kind, last_of):
        """The entries of all answers to one question, from the first handle to the last."""
        first, found = 1, []
        while first <= 0xffff:
            try:
                answer = yield struct.pack("<BHH", opcode, first, 0xffff) + kind
            except AttError as error:
                if error.code != NOT_FOUND:
                    raise
                break
            size = {1: 4, 2: 18}[answer[1]] if opcode == _INFORMATION else answer[1]
            found += [answer[at:at + size] for at in range(2, len(answer), size)]
            first = last_of(found[-1]) + 1
        return found

    def read(self, handle):
        answer = yield struct.pack("<BH", 0x0a, handle)
        return answer[1:]

    def read_long(self, handle):
        value = part = yield from self.read(handle)
        while len(part) == self.server.mtu - 1:
            answer = yield struct.pack("<BHH", 0x0c, handle, len(value))
            part = answer[1:]
            value += part
        return value

    def write(self, handle, value):
        yield struct.pack("<BH", 0x12, handle) + value

    def command(self, handle, value):
        self.send(struct.pack("<BH", 0x52, handle) + value)
        yield from ()

    def write_long(self, handle, value, execute=True):
        """Prepared in parts, then executed or cancelled."""
        size = min(self.server.mtu - 5, _PART_MAX)
        for at in range(0, len(value), size):
            yield struct.pack("<BHH", 0x16, handle, at) + value[at:at + size]
        yield bytes([0x18, execute])


def _table(services, declared, attributes):
    """Names and flags of what was found."""
    table, flags = gatt.Table(), {_u16(entry, 3): entry[2] for entry in declared}
    ends = {_u16(entry): (_u16(entry, 2), entry[4:]) for entry in services}
    value = None
    for entry in attributes:
        handle, kind = _u16(entry), entry[2:]
        if handle in flags:
            value = table.add_value(handle, kind, b"", gatt.uuid_of(kind))
            value.flags = flags[handle]
        elif kind in (gatt.PRIMARY, gatt.SECONDARY, gatt.DECLARATION):
            table.add(handle, kind, ends[handle][1] if handle in ends else b"")
        else:
            table.add_descriptor(handle, kind, b"", gatt.uuid_of(kind), value)
    return table
