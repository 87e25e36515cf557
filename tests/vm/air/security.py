# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pairing as a central begins it, and encrypting with what was kept of it: LE legacy pairing that nobody confirms, Core 5.4 Vol 3 Part H
2.2.3, 2.3.5.2, 3.5 and 3.6. What is done is a generator that yields a PDU to send, a Key to encrypt with, or None, and is sent the next PDU.

Nothing is encrypted in this air: controller and central compare their keys. Numbers are as in packets, least significant octet first.
"""

import os
import socket
import typing

from .asking import Asking
from .att import AttError

_REQUEST, _CONFIRM, _RANDOM, _FAILED = b"\x01", b"\x03", b"\x04", 5
SECURITY_REQUEST = 0x0b
_IDENTITY, _IDENTITY_ADDRESS = b"\x08", b"\x09"
_NO_INPUT_NO_OUTPUT, _BONDING, _KEY_SIZE, _ENCRYPTION_KEY, _IDENTITY_KEY = 3, 1, 16, 1, 2
_TEMPORARY_KEY = bytes(16)
_CONFIRM_FAILED = 0x04
KEY_MISSING = 0x06


class Key(typing.NamedTuple):
    value: bytes
    rand: bytes = bytes(8)
    ediv: bytes = bytes(2)


class Initiator(Asking):
    """Of one link. send takes a PDU, encrypt a Key; addresses are the central's and the peripheral's, with their types."""

    def __init__(self, send, encrypt, addresses):
        super().__init__(self._do)
        self.send = send
        self.encrypt = encrypt
        self.addresses = addresses
        self.encrypted = False

    def receive(self, pdu):
        self.answer(pdu, pdu[1] if pdu[0] == _FAILED else None)

    def on_encrypted(self, success):
        self.encrypted = success
        self.answer(b"", None if success else KEY_MISSING)

    def _do(self, wish):
        if isinstance(wish, Key):
            self.encrypt(wish)
        elif wish:
            self.send(wish)

    def pair(self, identity=None, identity_key=b""):
        """The key to keep. identity: the address to be known by from now on, with its type, if another one is in use."""
        keys = _IDENTITY_KEY if identity else 0
        request = _REQUEST + bytes([_NO_INPUT_NO_OUTPUT, 0, _BONDING, _KEY_SIZE, keys, _ENCRYPTION_KEY])
        response = yield request
        random = os.urandom(16)
        theirs = yield _CONFIRM + self._confirm(random, request, response)
        other = yield _RANDOM + random
        if self._confirm(other[1:], request, response) != theirs[1:]:
            raise AttError(_CONFIRM_FAILED)
        yield Key(_short_term_key(other[1:], random))
        key = yield None
        identification = yield None
        if identity:
            self.send(_IDENTITY + identity_key)
            self.send(_IDENTITY_ADDRESS + identity)
        return Key(key[1:], identification[3:11], identification[1:3])

    def use(self, key):
        if not self.encrypted:
            yield key

    def _confirm(self, random, request, response):
        central, peripheral = self.addresses
        first = central[:1] + peripheral[:1] + request + response
        second = peripheral[1:] + central[1:] + bytes(4)
        return _encrypt(_TEMPORARY_KEY, _xor(_encrypt(_TEMPORARY_KEY, _xor(random, first)), second))


def private_address(key):
    """Another one that whoever knows the key resolves: Core 5.4 Vol 6 Part B 1.3.2.2."""
    random = bytearray(os.urandom(3))
    random[2] = random[2] & 0x3f | 0x40
    return _encrypt(key, bytes(random) + bytes(13))[:3] + bytes(random)


def _short_term_key(responder, initiator):
    return _encrypt(_TEMPORARY_KEY, initiator[:8] + responder[:8])


def _xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other))


def _encrypt(key, block):
    with socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET) as algorithm:
        algorithm.bind(("skcipher", "ecb(aes)"))
        algorithm.setsockopt(socket.SOL_ALG, socket.ALG_SET_KEY, key[::-1])
        with algorithm.accept()[0] as operation:
            operation.sendmsg_afalg([block[::-1]], op=socket.ALG_OP_ENCRYPT)
            return operation.recv(16)[::-1]
