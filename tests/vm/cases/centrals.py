# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several centrals at once on what blehubd serves."""

from guest import require, require_equal
from serving import Advertised, Served

SERVICES = """
[service 181a]
[characteristic 181a/2a6e]
Flags=read;notify
Value=text:warm
[descriptor 181a/2a6e/2901]
Flags=read
Value=text:outside
[characteristic 181a/2a6f]
Flags=read;write;indicate
Value=text:wet
"""


def a_central_hears_connects_and_uses_what_is_served(world):
    air = world.air()
    central = air.central()
    served = Served(world.bus, SERVICES)
    advertised = Advertised(world.bus, Name="Sensor", UUIDs=["181a"])
    packet, = central.hear()
    require_equal((packet.kind, packet.data, packet.scan_response), ("ADV_IND", *advertised.packets()), "heard")
    central.connect()
    require_equal(central.read("2a6e"), b"warm", "value")
    require_equal(central.read("2a6e/2901"), b"outside", "description")
    central.write("2a6f", b"dry")
    require_equal(served.value("2a6f"), b"dry", "written")
    value = bytes(range(254)) * 2  # BlueZ 5.66 takes no more
    central.write_long("2a6f", value)
    require_equal(central.read("2a6f"), value, "written and read in parts")
    central.subscribe("2a6e")
    central.subscribe("2a6f")
    served.update_all("2a6e", [b"1", b"2", b"3"])
    require_equal(central.wait_told("2a6e", 3), [b"1", b"2", b"3"], "notified")
    served.indicate("2a6f", Value=b"storm")
    require_equal(central.told("2a6f"), [b"storm"], "indicated")
    require_equal([served.centrals()[central.address]["MTU"], central.mtu_in_force()], [517, 517], "MTU")
    require(central.hear(), "advertising goes on")
    central.vanish()
    served.wait_signals("CentralDisconnected", 1)
