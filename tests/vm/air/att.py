# SPDX-License-Identifier: LGPL-2.1-or-later
"""An ATT server for one link: Core 5.4 Vol 3 Part F 3.4. What goes wrong on purpose is decided by the device.

on_request(kind, attribute, value) of the device is asked before each answer; it returns a fault or None. The kinds: "mtu",
"discovery", "read", "read-more", "write", "command", "prepare", "execute", "subscribe", "confirm".
"""

import struct

from .gatt import CCC, PRIMARY, VALUE_MAX

_ERROR, _NOTIFICATION, _INDICATION = 0x01, 0x1b, 0x1d
INVALID_HANDLE, INVALID_PDU, NOT_SUPPORTED, INVALID_OFFSET, NOT_FOUND, UNSUPPORTED_GROUP = 1, 4, 6, 7, 10, 0x10
INVALID_LENGTH = 0x0d
_DEFAULT_MTU = 23


class AttError(Exception):
    def __init__(self, code, handle=0):
        super().__init__(code)
        self.code = code
        self.handle = handle


class Server:
    """send takes a PDU."""

    def __init__(self, device, send):
        self.device = device
        self.send = send
        self.mtu = _DEFAULT_MTU
        self.subscribed = {}  # CCC value by handle
        self.prepared = []
        self.unconfirmed = []  # indications: the first is on the air
        self.handlers = {
            0x02: ("mtu", self._exchange_mtu), 0x04: ("discovery", self._find_information),
            0x06: ("discovery", self._find_by_value), 0x08: ("discovery", self._read_by_type),
            0x0a: ("read", self._read), 0x0c: ("read-more", self._read_blob), 0x10: ("discovery", self._read_by_group),
            0x12: ("write", self._write), 0x16: ("prepare", self._prepare), 0x18: ("execute", self._execute),
            0x1e: ("confirm", self._confirm), 0x52: ("command", self._command)}

    # Requests

    def receive(self, pdu):
        opcode = pdu[0]
        kind, handler = self.handlers.get(opcode, (None, None))
        if not handler:
            self.refuse(opcode, 0, NOT_SUPPORTED)
            return
        attribute = self._target(kind, pdu)
        if kind == "write" and attribute and attribute.kind == CCC:
            kind = "subscribe"
        handle = attribute.handle if attribute else 0
        self.device.on_request(self, kind, attribute, pdu, lambda: self._answer(opcode, handle, handler, pdu[1:]))

    def refuse(self, opcode, handle, code):
        self.send(struct.pack("<BBHB", _ERROR, opcode, handle, code))

    def _target(self, kind, pdu):
        if kind in ("read", "read-more", "write", "prepare", "command") and len(pdu) >= 3:
            return self.device.database.by_handle.get(struct.unpack_from("<H", pdu, 1)[0])
        return None

    def _answer(self, opcode, handle, handler, parameters):
        try:
            answer = handler(parameters)
        except AttError as error:
            self.refuse(opcode, error.handle or handle, error.code)
        except struct.error:
            self.refuse(opcode, handle, INVALID_PDU)
        else:
            if answer is not None:
                self.send(answer)

    def _attribute(self, handle):
        attribute = self.device.database.by_handle.get(handle)
        if not attribute:
            raise AttError(INVALID_HANDLE, handle)
        return attribute

    def _exchange_mtu(self, parameters):
        client, = struct.unpack_from("<H", parameters)
        server = self.device.mtu
        self.mtu = max(_DEFAULT_MTU, min(client, server))
        return struct.pack("<BH", 0x03, server)

    # Discovery

    def _range(self, parameters):
        first, last = struct.unpack_from("<HH", parameters)
        return first, self.device.database.between(first, last)

    def _list(self, opcode, first, entries):
        """The entries of the size that the first one has, as many as fit."""
        if not entries:
            raise AttError(NOT_FOUND, first)
        size = len(entries[0])
        same = next((i for i, entry in enumerate(entries) if len(entry) != size), len(entries))
        room = (self.mtu - 2) // size
        return bytes([opcode, size]) + b"".join(entries[:min(same, room)])

    def _read_by_group(self, parameters):
        first, found = self._range(parameters)
        kind = parameters[4:]
        if kind != PRIMARY:
            raise AttError(UNSUPPORTED_GROUP, first)
        return self._list(0x11, first, [struct.pack("<HH", a.handle, a.end) + a.value for a in found if a.kind == kind])

    def _read_by_type(self, parameters):
        first, found = self._range(parameters)
        kind = parameters[4:]
        room = min(self.mtu - 4, 253)
        entries = [struct.pack("<H", a.handle) + self.value_of(a)[:room] for a in found if a.kind == kind]
        return self._list(0x09, first, entries)

    def _find_information(self, parameters):
        first, found = self._range(parameters)
        entries = [struct.pack("<H", a.handle) + a.kind for a in found]
        listed = self._list(0x05, first, entries)
        return bytes([0x05, 1 if listed[1] == 4 else 2]) + listed[2:]

    def _find_by_value(self, parameters):
        first, found = self._range(parameters)
        kind, value = parameters[4:6], parameters[6:]
        entries = [struct.pack("<HH", a.handle, a.end) for a in found if a.kind == kind and a.value == value]
        return bytes([0x07]) + self._list(0x07, first, entries)[2:]

    # Values

    def value_of(self, attribute):
        if attribute.kind == CCC:
            return struct.pack("<H", self.subscribed.get(attribute.handle, 0))
        return attribute.value

    def _read(self, parameters):
        value = self.value_of(self._attribute(*struct.unpack_from("<H", parameters)))
        return b"\x0b" + value[:self.mtu - 1]

    def _read_blob(self, parameters):
        handle, offset = struct.unpack_from("<HH", parameters)
        value = self.value_of(self._attribute(handle))
        if offset > len(value):
            raise AttError(INVALID_OFFSET, handle)
        return b"\x0d" + value[offset:offset + self.mtu - 1]

    def _write(self, parameters):
        self._store(self._attribute(*struct.unpack_from("<H", parameters)), 0, parameters[2:])
        return b"\x13"

    def _command(self, parameters):
        attribute = self.device.database.by_handle.get(*struct.unpack_from("<H", parameters))
        if attribute:
            self._store(attribute, 0, parameters[2:])

    def _store(self, attribute, offset, value):
        if attribute.kind == CCC:
            self.subscribed[attribute.handle] = struct.unpack_from("<H", value)[0]
            return
        if offset > len(attribute.value):
            raise AttError(INVALID_OFFSET, attribute.handle)
        if offset + len(value) > VALUE_MAX:
            raise AttError(INVALID_LENGTH, attribute.handle)
        attribute.value = attribute.value[:offset] + value if offset else value
        self.device.on_stored(self, attribute)

    def _prepare(self, parameters):
        handle, offset = struct.unpack_from("<HH", parameters)
        self.prepared.append((self._attribute(handle), offset, parameters[4:]))
        return b"\x17" + parameters

    def _execute(self, parameters):
        prepared, self.prepared = self.prepared, []
        whole = {}
        for attribute, offset, part in prepared if parameters[0] else []:
            start, before = whole.get(attribute, (offset, b""))
            if start + len(before) != offset:
                raise AttError(INVALID_OFFSET, attribute.handle)
            whole[attribute] = (start, before + part)
        for attribute, (offset, value) in whole.items():
            self._store(attribute, offset, value)
        return b"\x19"

    # What the server tells on its own

    def is_subscribed(self, attribute):
        return attribute.ccc is not None and self.subscribed.get(attribute.ccc.handle, 0) != 0

    def tell(self, attribute, value):
        """By indication if that is what was subscribed to, else by notification."""
        if attribute.ccc is not None and self.subscribed.get(attribute.ccc.handle, 0) & 2:
            self.indicate(attribute, value)
        else:
            self.send(bytes([_NOTIFICATION]) + self._told(attribute, value))

    def _told(self, attribute, value):
        return struct.pack("<H", attribute.handle) + value[:self.mtu - 3]

    def indicate(self, attribute, value):
        """After what was indicated before is confirmed."""
        self.unconfirmed.append(bytes([_INDICATION]) + self._told(attribute, value))
        if len(self.unconfirmed) == 1:
            self.send(self.unconfirmed[0])

    def _confirm(self, _parameters):
        del self.unconfirmed[:1]
        if self.unconfirmed:
            self.send(self.unconfirmed[0])
