# SPDX-License-Identifier: LGPL-2.1-or-later
"""The attributes of a peer: found, read, written, told of."""

from air.gatt import characteristic, descriptor, service
from central_link import DEVICE, Link
from guest import HUB, require_equal

OWN = "5a1b{:04x}-7c1e-4a53-9e61-3f2c3a5d0001"
SERVICES = [service(OWN.format(1),
                    characteristic(OWN.format(0x11), "read write notify", b"\x0a\x0b", descriptor("2901", b"first"),
                                   echo=2),
                    characteristic(OWN.format(0x12), "read", bytes(range(256)) * 2))]


def a_peer_of_our_own_is_read_written_and_subscribed_to(world):
    peer = world.air().peer(services=SERVICES)
    link = Link(world.bus, peer)
    require_equal(link.read(OWN.format(0x11)), b"\x0a\x0b", "value")
    require_equal(link.read(OWN.format(0x12)), bytes(range(256)) * 2, "long value")
    require_equal(link.read_descriptor(OWN.format(0x11), "2901"), b"first", "descriptor")
    subscription = link.subscribe(OWN.format(0x11), Queue=8)
    link.write(OWN.format(0x11), b"\x01\x02")
    require_equal(subscription.values(2), [b"\x01\x02"] * 2, "notified")
    require_equal(peer.log("subscribe", "write"),
                  [("subscribe", "2a05/2902", b"\x02\x00"),  # BlueZ's own: Service Changed
                   ("subscribe", OWN.format(0x11) + "/2902", b"\x01\x00"),
                   ("write", OWN.format(0x11), b"\x01\x02")], "asked of the peer")
    link.release()
    subscription.release()
    peer.wait("disconnected")


def a_peer_that_goes_out_of_range_is_lost_and_comes_back(world):
    peer, other = (air := world.air()).peer(services=SERVICES), air.peer(services=SERVICES)
    link, second = Link(world.bus, peer, Reconnect=True), Link(world.bus, other)
    peer.vanish()
    require_equal(link.call("WaitDisconnected", ""), "timeout", "cause")
    require_equal(second.read(OWN.format(0x11)), b"\x0a\x0b", "value of the peer that stayed")
    state = world.bus.follow(HUB, link.path, f"{DEVICE}.State")
    peer.advertise()
    state.wait_for("ready")
    require_equal(link.read(OWN.format(0x11)), b"\x0a\x0b", "value of the peer that came back")
