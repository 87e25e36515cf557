# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a peer may answer instead of a value: each status byte arrives as that byte, or as one that BlueZ hides."""

from air.gatt import characteristic, descriptor, service
from central_link import Link
from guest import RemoteError, expect_error, require, require_equal

VALUE, NOTE, TOLD = "2a58", "2901", "2a37"
SERVICES = [service("1815", characteristic(VALUE, "read write", b"\x01", descriptor(NOTE, b"\x02")),
                    characteristic(TOLD, "notify"))]
NAMES = {0x01: "InvalidHandle", 0x02: "ReadNotPermitted", 0x03: "WriteNotPermitted", 0x04: "InvalidPdu",
         0x06: "RequestNotSupported", 0x07: "InvalidOffset", 0x08: "InsufficientAuthorization",
         0x09: "PrepareQueueFull", 0x0a: "AttributeNotFound", 0x0b: "AttributeNotLong",
         0x0d: "InvalidAttributeValueLength", 0x0e: "UnlikelyError", 0x10: "UnsupportedGroupType",
         0x11: "InsufficientResources", 0x12: "DatabaseOutOfSync", 0x13: "ValueNotAllowed", 0x80: "X80", 0x81: "X81",
         0x9f: "X9F", 0xa0: "XA0", 0xfc: "XFC", 0xfd: "XFD", 0xfe: "XFE", 0xff: "XFF"}
HIDDEN = [0x0c]  # BlueZ says "Not paired"


_VALUE_OF, _NOTE_OF = ("", VALUE), ("", VALUE, NOTE)
OPERATIONS = [("read", VALUE, "Read", "ss", _VALUE_OF), ("write", VALUE, "Write", "ssay", (*_VALUE_OF, b"\x03")),
              ("read", f"{VALUE}/{NOTE}", "ReadDescriptor", "sss", _NOTE_OF),
              ("write", f"{VALUE}/{NOTE}", "WriteDescriptor", "sssay", (*_NOTE_OF, b"\x04"))]


def _outcome(call):
    try:
        call.wait()
    except RemoteError as error:
        return error.name, error.text
    return "none", ""


def _check(peer, link, operation, codes):
    """What is wrong with the errors that arrive."""
    kind, name, method, signature, arguments = operation
    peer.refuse(kind, name, codes)
    calls = [link.begin(method, signature, *arguments) for _ in codes]
    for code, call in zip(codes, calls):
        error, text = _outcome(call)
        begin = "BlueZ says" if code in HIDDEN else f"0x{code:02x} "
        if error != f"Att.{NAMES.get(code, 'Hidden')}" or not text.startswith(begin):
            yield f"{method} 0x{code:02x}: {error} '{text}'"
    if _outcome(link.begin(method, signature, *arguments)) != ("none", ""):
        yield f"{method} after all those errors"


def every_status_byte_of_a_peer_arrives_as_that_byte_or_as_hidden(world):
    peer = world.air().peer(services=SERVICES)
    link = Link(world.bus, peer)
    wrong = [what for operation in OPERATIONS for what in _check(peer, link, operation, [*NAMES, *HIDDEN])]
    require(not wrong, "; ".join(wrong))
    require_equal(peer.count("connected"), 1, "links")


def a_status_that_makes_bluez_pair_is_that_byte_or_ends_with_the_link(world):
    """The second read finds out whether BlueZ 5.82 remembers the first as under way: see bh-bluez-stale.h."""
    peer = world.air().peer(services=SERVICES)
    notes = []
    for code, name in [(0x05, "InsufficientAuthentication"), (0x0f, "InsufficientEncryption")]:
        link = Link(world.bus, peer)
        peer.refuse("read", VALUE, [code])
        error, text = _outcome(link.begin("Read", "ss", *_VALUE_OF))
        told = error == f"Att.{name}" and text.startswith(f"0x{code:02x} ")
        require(told or error in ("Att.Hidden", "Disconnected"), f"0x{code:02x}: {error} '{text}'")
        notes.append(f"0x{code:02x}: {error}")
        link.release()
    return ", ".join(notes)


def a_refused_subscription_says_why_and_may_be_tried_again(world):
    peer = world.air().peer(services=SERVICES)
    link = Link(world.bus, peer)
    codes = [0x03, 0x06, 0x08, 0x0e, 0x80, 0xfd]
    peer.refuse("subscribe", f"{TOLD}/2902", codes, b"\x01\x00")  # BlueZ writes 0 after each, too
    for code in codes:
        with expect_error(f"Att.{NAMES[code]}", f"0x{code:02x} "):
            link.subscribe(TOLD)
    subscription = link.subscribe(TOLD)
    peer.tell(TOLD, b"\x07")
    require_equal(subscription.wait()[0], b"\x07", "value")
