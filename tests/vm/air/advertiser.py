# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a controller advertises by the legacy commands, one set of it: Core 5.4 Vol 4 Part E 7.8.4 to 7.8.9.

As honest as a real one: it sends once an interval (and up to 10 ms more) to the centrals that listen, its scan response to those that
ask, takes no other parameters or address while it advertises, and stops when somebody connected.
"""

import random
import struct
import typing

KINDS = {0: "ADV_IND", 2: "ADV_SCAN_IND", 3: "ADV_NONCONN_IND"}
_SUCCESS, _UNSUPPORTED, _INVALID, _DISALLOWED, _LIMIT_EXCEEDED = 0x00, 0x11, 0x12, 0x0c, 0x09
_SLOT_S = 0.000625
_SHORTEST, _LONGEST = 0x20, 0x4000
_JITTER_S = 0.010


class Packet(typing.NamedTuple):
    """One advertising event as a central heard it."""
    kind: str
    address: str
    address_type: str
    data: bytes
    scan_response: bytes  # None: not asked for, or there is none to ask for
    interval_us: int      # the shortest that the host asked for
    time_s: float         # by time.monotonic()

    @property
    def content(self):
        return self.kind, self.address, self.data, self.scan_response


class Advertiser:
    """controller: completes commands, has address and room for links; devices: all in the air."""

    def __init__(self, controller, devices):
        self.controller = controller
        self.devices = devices
        self.timer = None
        self.handlers = {0x2005: self._set_address, 0x2006: self._set_parameters, 0x2008: self._set_data,
                         0x2009: self._set_scan_response, 0x200a: self._set_enable}
        self.forget()

    def forget(self):
        self.controller.loop.cancel(self.timer)
        self.timer = None
        self.enabled = False
        self.kind, self.interval, self.own_type = 0, 0x800, 0
        self.random_address = bytes(6)
        self.data = self.scan_response = b""

    # Commands

    def _set_address(self, opcode, parameters):
        if not self.enabled:
            self.random_address = parameters[:6]
        self.controller.complete(opcode, _DISALLOWED if self.enabled else _SUCCESS)

    def _set_parameters(self, opcode, parameters):
        shortest, longest, kind, own_type = struct.unpack_from("<HHBB", parameters)
        status = _SUCCESS
        if self.enabled:
            status = _DISALLOWED
        elif kind not in KINDS:
            status = _UNSUPPORTED
        elif not _SHORTEST <= shortest <= longest <= _LONGEST:
            status = _INVALID
        else:
            self.kind, self.interval, self.own_type = kind, shortest, own_type
        self.controller.complete(opcode, status)

    def _set_data(self, opcode, parameters):
        self.data = parameters[1:1 + parameters[0]]
        self.controller.complete(opcode, _SUCCESS)

    def _set_scan_response(self, opcode, parameters):
        self.scan_response = parameters[1:1 + parameters[0]]
        self.controller.complete(opcode, _SUCCESS)

    def _set_enable(self, opcode, parameters):
        status = self._enable() if parameters[0] else self._stop()
        self.controller.complete(opcode, status)
        self.wake()

    def _enable(self):
        if self.is_connectable() and not self.controller.has_room():
            return _LIMIT_EXCEEDED
        if self.own_type == 1 and self.random_address == bytes(6):
            return _INVALID
        self.enabled = True
        return _SUCCESS

    def _stop(self):
        self.enabled = False
        return _SUCCESS

    # The air

    def identity(self):
        """Type and address, as in a packet."""
        return b"\x01" + self.random_address if self.own_type == 1 else b"\x00" + self.controller.address

    def is_connectable(self):
        return self.kind == 0

    def wake(self):
        """Advertising began, or somebody began to listen."""
        if not self.timer and self._listeners():
            self.timer = self.controller.loop.after(random.random() * _JITTER_S, self._send)

    def _listeners(self):
        return [device for device in self.devices if device.listens_to(self.controller)] if self.enabled else []

    def _send(self):
        self.timer = None
        listeners = self._listeners()
        if listeners:
            pause = self.interval * _SLOT_S + random.random() * _JITTER_S
            self.timer = self.controller.loop.after(pause, self._send)
        for device in listeners:
            if device.on_advertisement(self.controller, self) and self.is_connectable() and self.controller.has_room():
                self.enabled = False
                self.controller.take_link(device)
                return

    def packet(self, asked, now):
        """What somebody hears who asks for a scan response, or does not."""
        identity = self.identity()
        address = ":".join(f"{octet:02X}" for octet in reversed(identity[1:]))
        response = self.scan_response if asked and self.kind != 3 else None
        return Packet(KINDS[self.kind], address, "random" if identity[0] else "public", self.data, response,
                      self.interval * 625, now)
