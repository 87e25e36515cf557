# SPDX-License-Identifier: LGPL-2.1-or-later
"""An LE controller on /dev/vhci with the peripherals and centrals of this program around it: Core 5.4 Vol 4 Part E.

As honest as a real one where programs could tell the difference: it hears only inside the scan window, obeys the duplicate
filter and the accept list, waits for an advertisement of the device before it connects, for ever if there is none, and is out
of links when it is. It takes eight packets at a time. What it advertises is in advertiser.py.
"""

import os
import struct

from .advertiser import Advertiser

SUCCESS, UNKNOWN_COMMAND, UNKNOWN_CONNECTION, LIMIT_EXCEEDED, DISALLOWED = 0x00, 0x01, 0x02, 0x09, 0x0c
REMOTE_ENDED, LOCAL_ENDED, SUPERVISION, NOT_ESTABLISHED, MIC_FAILURE = 0x13, 0x16, 0x08, 0x3e, 0x3d
_COMMAND, _ACL, _EVENT = 1, 2, 4
_DISCONNECTED, _ENCRYPTED, _COMPLETE, _STATUS, _VERSION, _PACKETS_COMPLETED, _LE = 0x05, 0x08, 0x0e, 0x0f, 0x0c, 0x13, 0x3e
_CENTRAL, _PERIPHERAL = 0, 1  # what the host is of a link
_FIRST_HANDLE = 0x0040
_SLOT_S = 0.000625
_ESTABLISHING_EVENTS = 6  # in which the first packet must come, Core 5.4 Vol 6 Part B 4.5.2
_CONSTANTS = {
    0x0c01: b"", 0x0c63: b"", 0x0c6d: b"", 0x2001: b"",
    0x1001: bytes.fromhex("08000008ffff0000"),  # version 4.2, company 0xffff
    0x1003: bytes.fromhex("0000000060000000"),  # LE, no BR/EDR
    0x1005: bytes.fromhex("fb000008000000"), 0x2002: bytes.fromhex("fb0008"),  # 8 packets of 251 bytes
    0x2003: b"\x01" + bytes(7), 0x2007: bytes(1), 0x200f: bytes([64]), 0x201c: bytes.fromhex("ffffffffff030000"),
    0x0c2d: bytes(3)}
# Octet and bits of Core 5.4 Vol 4 Part E 6.27.
_SUPPORTED = {0: 0x20, 2: 0x80, 5: 0xc0, 10: 0x04, 14: 0xa8, 15: 0x22, 22: 0x04, 24: 0x40, 25: 0xf7, 26: 0xff, 27: 0x27,
              28: 0x0e}


class Link:
    """A connection as the controller knows it."""

    def __init__(self, handle, device, interval, latency, supervision):
        self.handle = handle
        self.device = device
        self.interval = interval
        self.latency = latency
        self.supervision = supervision
        self.key = None  # that the central wants to encrypt with

    def supervision_s(self):
        return self.supervision * 0.01


class Controller:
    def __init__(self, loop, devices, number, links):
        self.loop = loop
        self.devices = devices
        self.number = number
        self.slots = links
        self.address = bytes([number + 1, 0, 0, 2, 0xaa, 0])  # least significant octet first
        self.fd = None
        self.handlers = {
            0x0406: self._disconnect, 0x041d: self._read_version, 0x0c03: self._reset, 0x1002: self._read_commands,
            0x1009: self._read_address, 0x1405: self._read_rssi, 0x200b: self._set_scan, 0x200c: self._enable_scan,
            0x200d: self._connect, 0x200e: self._cancel, 0x2010: self._clear_accepted, 0x2011: self._accept,
            0x2012: self._unaccept, 0x2013: self._update, 0x2016: self._read_features, 0x201a: self._take_key,
            0x201b: self._lack_key}
        self.advertiser = Advertiser(self, devices)
        self.handlers.update(self.advertiser.handlers)
        self._forget()

    def _forget(self):
        self.links = {}
        self.accepted = set()
        self.scanning = False
        self.window, self.interval, self.active, self.only_accepted = 1, 1, False, False
        self.heard = set()
        self.wanted = None  # parameters of the connection to be made

    # The device file

    def plug(self):
        self.fd = os.open("/dev/vhci", os.O_RDWR)
        os.write(self.fd, b"\xff\x00")
        os.read(self.fd, 16)
        self.loop.watch(self.fd, self._on_readable)

    def unplug(self):
        self.loop.unwatch(self.fd)
        os.close(self.fd)
        self.fd = None
        self._drop_all()

    def _drop_all(self):
        links = self.links
        self._forget()
        self.advertiser.forget()
        for link in links.values():
            link.device.on_link_lost(SUPERVISION)

    def _on_readable(self):
        packet = os.read(self.fd, 4096)
        if packet[0] == _COMMAND:
            self._take_command(*struct.unpack_from("<H", packet, 1), packet[4:])
        elif packet[0] == _ACL:
            self._take_data(packet)

    def _event(self, code, parameters):
        if self.fd is not None:
            os.write(self.fd, bytes([_EVENT, code, len(parameters)]) + parameters)

    def complete(self, opcode, status, results=b""):
        self._event(_COMPLETE, struct.pack("<BHB", 1, opcode, status) + results)

    def _status(self, opcode, status):
        self._event(_STATUS, struct.pack("<BBH", status, 1, opcode))

    def _take_command(self, opcode, parameters):
        if opcode in _CONSTANTS:
            self.complete(opcode, SUCCESS, _CONSTANTS[opcode])
        elif opcode in self.handlers:
            self.handlers[opcode](opcode, parameters)
        else:
            self._status(opcode, UNKNOWN_COMMAND)

    def _reset(self, opcode, _parameters):
        self._drop_all()
        self.complete(opcode, SUCCESS)

    def _read_commands(self, opcode, _parameters):
        self.complete(opcode, SUCCESS, bytes(_SUPPORTED.get(octet, 0) for octet in range(64)))

    def _read_address(self, opcode, _parameters):
        self.complete(opcode, SUCCESS, self.address)

    # Scanning

    def _set_scan(self, opcode, parameters):
        kind, interval, window, _own, policy = struct.unpack_from("<BHHBB", parameters)
        self.active, self.only_accepted = kind == 1, bool(policy & 1)
        self.interval, self.window = interval * _SLOT_S, window * _SLOT_S
        self.complete(opcode, SUCCESS)

    def _enable_scan(self, opcode, parameters):
        self.scanning, self.filter = parameters[0] == 1, parameters[1] == 1
        self.heard = set()
        self.complete(opcode, SUCCESS)
        self._wake()

    def _clear_accepted(self, opcode, _parameters):
        self.accepted = set()
        self.complete(opcode, SUCCESS)

    def _accept(self, opcode, parameters):
        self.accepted.add(parameters[:7])
        self.complete(opcode, SUCCESS)

    def _unaccept(self, opcode, parameters):
        self.accepted.discard(parameters[:7])
        self.complete(opcode, SUCCESS)

    def listens(self):
        return self.fd is not None and (self.scanning or self.wanted is not None)

    def _wake(self):
        if self.listens():
            for device in self.devices:
                device.wake()

    def hear(self, peripheral, now):
        """One advertisement; true if it was answered by a connection."""
        if self.wanted is not None and self._is_wanted(peripheral.identity):
            self._make_link(peripheral)
            return True
        in_window = now % self.interval < self.window
        if self.scanning and in_window and not (self.only_accepted and peripheral.identity not in self.accepted):
            self._report(peripheral, 0, peripheral.advertising)
            if self.active:
                self._report(peripheral, 4, peripheral.scan_response)
        return False

    def _report(self, peripheral, kind, data):
        key = (peripheral.identity, kind, data)
        if self.filter and key in self.heard:
            return
        self.heard.add(key)
        rssi = struct.pack("<b", peripheral.rssi_at(self.number))
        self._event(_LE, bytes([2, 1, kind]) + peripheral.identity + bytes([len(data)]) + data + rssi)

    # Links

    def _connect(self, opcode, parameters):
        if self.wanted is not None or not self.has_room():
            self._status(opcode, DISALLOWED if self.wanted is not None else LIMIT_EXCEEDED)
            return
        self.wanted = parameters
        self._status(opcode, SUCCESS)
        self._wake()

    def _is_wanted(self, identity):
        return identity in self.accepted if self.wanted[4] & 1 else identity == self.wanted[5:12]

    def has_room(self):
        return len(self.links) < self.slots

    def _make_link(self, peripheral):
        parameters = struct.unpack_from("<HHH", self.wanted, 15)
        self.wanted = None
        self._begin_link(peripheral, _CENTRAL, parameters)

    def take_link(self, central):
        """A central connected."""
        self._begin_link(central, _PERIPHERAL, central.wanted_parameters)

    def _begin_link(self, device, role, parameters):
        handle = next(number for number in range(_FIRST_HANDLE, 0xeff) if number not in self.links)
        link = self.links[handle] = Link(handle, device, *parameters)
        self._tell_connection(SUCCESS, handle, role, device.identity, *parameters)
        if device.misses_packets():
            self.loop.after(_ESTABLISHING_EVENTS * link.interval * 0.00125, self.end_link, link, NOT_ESTABLISHED)
        else:
            device.on_link_made(self, link)

    def _tell_connection(self, status, handle, role, identity, interval, latency, supervision):
        self._event(_LE, struct.pack("<BBHB", 1, status, handle, role) + identity +
                    struct.pack("<HHHB", interval, latency, supervision, 0))

    def _cancel(self, opcode, _parameters):
        if self.wanted is None:
            self.complete(opcode, DISALLOWED)
            return
        identity, self.wanted = self.wanted[5:12], None
        self.complete(opcode, SUCCESS)
        self._tell_connection(UNKNOWN_CONNECTION, 0, _CENTRAL, identity, 0, 0, 0)

    def _disconnect(self, opcode, parameters):
        link = self.links.pop(struct.unpack_from("<H", parameters)[0], None)
        self._status(opcode, SUCCESS if link else UNKNOWN_CONNECTION)
        if link:
            self._event(_DISCONNECTED, struct.pack("<BHB", SUCCESS, link.handle, LOCAL_ENDED))
            link.device.on_link_lost(parameters[2])

    def end_link(self, link, reason):
        """As the device wants it, or because it is silent."""
        if self.links.pop(link.handle, None):
            self._event(_DISCONNECTED, struct.pack("<BHB", SUCCESS, link.handle, reason))

    def _of_link(self, parameters):
        return self.links.get(struct.unpack_from("<H", parameters)[0])

    def _read_version(self, opcode, parameters):
        self._status(opcode, SUCCESS)
        self._event(_VERSION, bytes([SUCCESS]) + parameters[:2] + b"\x08\xff\xff\x00\x00")

    def _read_features(self, opcode, parameters):
        """Asks the device, which may not have heard of the link."""
        link = self._of_link(parameters)
        self._status(opcode, SUCCESS)
        if link and link.device.link is link:
            self._event(_LE, bytes([4, SUCCESS]) + parameters[:2] + bytes(8))

    def _read_rssi(self, opcode, parameters):
        link = self._of_link(parameters)
        rssi = link.device.rssi_at(self.number) if link else 0
        self.complete(opcode, SUCCESS if link else UNKNOWN_CONNECTION, parameters[:2] + struct.pack("<b", rssi))

    def _update(self, opcode, parameters):
        link = self._of_link(parameters)
        self._status(opcode, SUCCESS if link else UNKNOWN_CONNECTION)
        if link:
            link.interval, link.latency, link.supervision = struct.unpack_from("<HHH", parameters, 4)
            self._event(_LE, struct.pack("<BBHHHH", 3, SUCCESS, link.handle, link.interval, link.latency,
                                         link.supervision))

    # Encryption

    def ask_for_key(self, link, key):
        """The central begins to encrypt."""
        link.key = key.value
        self._event(_LE, struct.pack("<BH", 5, link.handle) + key.rand + key.ediv)

    def _take_key(self, opcode, parameters):
        link = self._of_link(parameters)
        self.complete(opcode, SUCCESS if link else UNKNOWN_CONNECTION, parameters[:2])
        if link and link.key != parameters[2:18]:
            link.device.disconnect(MIC_FAILURE)
        elif link:
            self._event(_ENCRYPTED, struct.pack("<BHB", SUCCESS, link.handle, 1))
            link.device.on_encrypted(True)

    def _lack_key(self, opcode, parameters):
        link = self._of_link(parameters)
        self.complete(opcode, SUCCESS if link else UNKNOWN_CONNECTION, parameters[:2])
        if link:
            link.device.on_encrypted(False)

    # Data

    def _take_data(self, packet):
        head, = struct.unpack_from("<H", packet, 1)
        link = self.links.get(head & 0xfff)
        if not link:
            return
        self._event(_PACKETS_COMPLETED, struct.pack("<BHH", 1, link.handle, 1))
        if link.device.link is link:
            link.device.on_data(head >> 12 & 3 != 1, packet[5:])

    def send_data(self, link, first, data):
        if self.fd is not None and link.handle in self.links:
            head = link.handle | (2 if first else 1) << 12
            os.write(self.fd, struct.pack("<BHH", _ACL, head, len(data)) + data)
