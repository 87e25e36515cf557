# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reading and writing in all their forms, and what becomes of a call that the peer does not answer."""

import contextlib

from air.gatt import characteristic, descriptor, service
from central_link import DEVICE, Link
from guest import HUB, RemoteError, expect_error, poll, require, require_equal, to_variant

# Not one of 180a: BlueZ 5.82 keeps that service for itself, and lets nobody write there.
LONG, PLAIN, FAST, BOTH = "2a24", "2a25", "2a26", "2a27"
WHOLE = bytes(i * 7 & 0xff for i in range(600))
SERVICES = [service("1815", characteristic(LONG, "read write", WHOLE),
                    characteristic(PLAIN, "read write", b"\x00\x01\x02\x03", descriptor("2901", b"note")),
                    characteristic(FAST, "write-without-response"),
                    characteristic(BOTH, "read write write-without-response notify", b""))]


def long_values_are_read_and_written_whole_and_from_an_offset_on(world):
    peer = world.air().peer(services=SERVICES, mtu=100)
    link = Link(world.bus, peer)
    require_equal(link.read(LONG), WHOLE[:512], "the 512 bytes that an attribute may have, of 600")
    require_equal(link.read(LONG, Offset=500)[:12], WHOLE[500:512], "from byte 500 on")
    require_equal(link.read(PLAIN, Offset=4), b"", "from the end on")
    with expect_error("Att.InvalidOffset", "0x07"):
        link.read(PLAIN, Offset=5)
    link.write(LONG, WHOLE[88:])
    require_equal(peer.value(LONG), WHOLE[88:], "512 bytes written")
    require(peer.count("prepare") >= 6 and peer.count("write", LONG) == 0, "not in parts")
    link.write(LONG, b"\xee\xff", Offset=510)
    require_equal(peer.value(LONG), WHOLE[88:598] + b"\xee\xff", "written from byte 510 on")
    with expect_error("InvalidArguments", "Value"):
        link.write(LONG, bytes(513))
    require_equal(link.get("MTU"), 100, "MTU")
    require_equal(link.call("ExchangeMtu", ""), 100, "MTU exchanged")


def the_mtu_of_each_link_is_told_to_who_holds_the_device(world):
    peer = world.air().peer(services=SERVICES, mtu=100)
    link = Link(world.bus, peer, Reconnect=True)
    mtu = world.bus.follow(HUB, link.path, f"{DEVICE}.MTU")
    peer.set_mtu(247)
    peer.disconnect()
    mtu.wait_for_list([100, 0, 247])
    require_equal(link.read(LONG)[:246], WHOLE[:246], "value")


def a_write_asks_for_a_response_as_the_caller_says_or_the_peer_allows(world):
    peer = world.air().peer(services=SERVICES)
    link = Link(world.bus, peer)
    for uuid, response, kind in [(PLAIN, None, "write"), (FAST, None, "command"), (BOTH, None, "command"),
                                 (PLAIN, True, "write"), (FAST, False, "command"), (BOTH, True, "write"),
                                 (BOTH, False, "command")]:
        peer.forget()
        options = {} if response is None else {"Response": response}
        link.write(uuid, b"\x05\x06", **options)
        peer.wait(kind, uuid)
        require_equal(peer.log(), [(kind, uuid, b"\x05\x06")], f"{uuid}, response {response}")
    peer.forget()
    for uuid, response in [(PLAIN, False), (FAST, True)]:
        with expect_error("NotSupported"):
            link.write(uuid, b"\x05", Response=response)
    link.write(PLAIN, b"", Hex="0a0b")
    link.write_descriptor(PLAIN, "2901", b"other")
    with expect_error("NotSupported"):
        link.write_descriptor(BOTH, "2902", b"\x01\x00")
    require_equal(peer.log(), [("write", PLAIN, b"\x0a\x0b"), ("write", f"{PLAIN}/2901", b"other")], "asked")
    link.write(BOTH, bytes(512))  # one command just holds it, and nothing tells of its arrival
    poll(lambda: peer.value(BOTH) == bytes(512), "all of the value", every=0.05)


def the_signal_of_a_link_is_read_or_honestly_unknown(world):
    peer = world.air().peer(services=SERVICES, rssi=127)
    link = Link(world.bus, peer)
    with expect_error("NotSupported"):
        link.call("ReadRSSI", "")
    peer.set_rssi(-47)
    poll(lambda: _rssi(link) == -47, "another RSSI than the one that the kernel keeps for up to three seconds")


def _rssi(link):
    with contextlib.suppress(RemoteError):
        return link.call("ReadRSSI", "")


def a_call_that_is_not_answered_ends_at_its_deadline_and_the_link_is_of_use_afterwards(world):
    peer = world.air().peer(services=SERVICES)
    link = Link(world.bus, peer)
    peer.fault("read", PLAIN, times=1, hang=True)
    with expect_error("Timeout"):
        link.read(PLAIN, TimeoutMs=300)
    with expect_error("Timeout"):
        link.read(PLAIN, TimeoutMs=300)
    waiting = link.begin("Write", "ssay", "", PLAIN, b"\x09")
    peer.set_value(PLAIN, b"late")
    peer.release()
    waiting.wait()
    require_equal(link.read(PLAIN), b"\x09", "value")
    require_equal([kind for kind, name, _ in peer.log() if name == PLAIN], ["read", "write", "read"], "asked of the peer")

    peer.fault("write", PLAIN, hang=True)
    waiting = [link.begin("Write", "ssay", "", PLAIN, b"\x0a"), link.begin("Read", "ss", "", LONG)]
    peer.wait("write", PLAIN, 2)
    peer.disconnect()
    for call in waiting:
        with expect_error("Disconnected"):
            call.wait()


def _steps(*steps):
    return [(verb, {key: to_variant(value) for key, value in arguments.items()}) for verb, arguments in steps]


def a_transaction_stops_at_the_first_failure_and_leaves_nothing_behind(world):
    peer = world.air().peer(services=SERVICES)
    link = Link(world.bus, peer)
    on = {"Service": "1815"}
    results = link.call("Transact", "a(sa{sv})", _steps(
        ("find", {**on, "Characteristic": PLAIN}), ("write", {**on, "Characteristic": PLAIN, "Hex": "01"}),
        ("read", {**on, "Characteristic": PLAIN}), ("mtu", {})))
    require_equal([verb for verb, _ in results], ["find", "write", "read", "mtu"], "steps")
    require_equal((bytes(results[2][1]["Value"]), results[3][1]["MTU"]), (b"\x01", 517), "results")

    peer.forget()
    peer.fault("read", PLAIN, times=1, error=0x80)
    with expect_error("Att.X80", "step 2 (read): 0x80"):
        link.call("Transact", "a(sa{sv})", _steps(
            ("subscribe", {**on, "Characteristic": BOTH}), ("read", {**on, "Characteristic": PLAIN}),
            ("write", {**on, "Characteristic": PLAIN, "Hex": "02"})))
    peer.wait("subscribe", f"{BOTH}/2902", 2)
    require_equal(peer.log(), [("subscribe", f"{BOTH}/2902", b"\x01\x00"), ("read", PLAIN, b""),
                               ("subscribe", f"{BOTH}/2902", b"\x00\x00")], "asked of the peer")

    peer.fault("read", PLAIN, times=1, hang=True)
    with expect_error("Timeout", "step 1 (read)"):
        link.call("Transact", "a(sa{sv})", _steps(("read", {**on, "Characteristic": PLAIN}),
                                                  ("read", {**on, "Characteristic": LONG})), TimeoutMs=500)
    with expect_error("InvalidArguments"):
        link.call("Transact", "a(sa{sv})", _steps(("read", {**on, "Characteristic": PLAIN}), ("fly", {})))
