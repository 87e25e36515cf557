# SPDX-License-Identifier: LGPL-2.1-or-later
"""The fixed channels of a link: frames cut into HCI packets and put together again; signalling refused.

Core 5.4 Vol 3 Part A 3.1 (frames), 4 (signalling); Part H 3.5.5 (pairing failed).
"""

import struct

ATT, SIGNALLING, SECURITY = 4, 5, 6
FRAGMENT = 251
_REJECT, _PARAMETER_REQUEST, _PARAMETER_RESPONSE = 0x01, 0x12, 0x13
PAIRING_FAILED, _PAIRING_NOT_SUPPORTED = 0x05, 0x05


class Channels:
    """send_packet takes (first, bytes); on_att and on_security take one PDU."""

    def __init__(self, send_packet, on_att, on_security):
        self.send_packet = send_packet
        self.on_att = on_att
        self.on_security = on_security
        self.partial = b""

    def receive(self, first, data):
        self.partial = data if first else self.partial + data
        if len(self.partial) < 4:
            return
        size, channel = struct.unpack_from("<HH", self.partial)
        if len(self.partial) < 4 + size:
            return
        payload, self.partial = self.partial[4:4 + size], b""
        if channel == ATT:
            self.on_att(payload)
        elif channel == SIGNALLING:
            self._answer_signal(payload)
        elif channel == SECURITY:
            self.on_security(payload)

    def send(self, channel, payload):
        frame = struct.pack("<HH", len(payload), channel) + payload
        for at in range(0, len(frame), FRAGMENT):
            self.send_packet(at == 0, frame[at:at + FRAGMENT])

    def refuse_pairing(self):
        self.send(SECURITY, bytes([PAIRING_FAILED, _PAIRING_NOT_SUPPORTED]))

    def _answer_signal(self, payload):
        code, identifier = payload[0], payload[1]
        if code == _PARAMETER_REQUEST:
            self.send(SIGNALLING, struct.pack("<BBHH", _PARAMETER_RESPONSE, identifier, 2, 0))
        elif code % 2 == 0:  # a request, as those have even codes
            self.send(SIGNALLING, struct.pack("<BBHH", _REJECT, identifier, 2, 0))
