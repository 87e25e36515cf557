# SPDX-License-Identifier: LGPL-2.1-or-later
"""Centrals that bond, as phones do, leave and return: BlueZ keeps what they subscribed to, and does not say so when they are back."""

from agent import Agent
from guest import expect_error, poll, require_equal, wait
from serving import Advertised, Served

SERVICES = """
[service 181a]
[characteristic 181a/2a6e]
Flags=read;notify
Value=text:warm
[characteristic 181a/2a6f]
Flags=read;encrypt-read
Value=text:secret
"""


def _serve(world):
    air = world.air()
    Agent(world.new_bus().connection, "NoInputNoOutput")
    served = Served(world.bus, SERVICES)
    Advertised(world.bus, Name="Sensor", UUIDs=["181a"], IntervalUs=100000)
    return air, served


def _pair(world, served, address, phone, identity=None):
    """BlueZ asks the agent, which is in this process."""
    adapter, = world.adapter_paths().values()
    device = f"{adapter}/dev_{address.replace(':', '_')}"
    asked = phone.ask("pair", identity)
    poll(lambda: any(row["Bonded"] for row in served.centrals().values()), "the bond", every=0.05)
    asked.end()
    world.stack.callback(world.bus.call, "org.bluez", adapter, "org.bluez.Adapter1.RemoveDevice", "(o)", device)


def a_phone_that_bonded_is_told_again_when_it_returns(world):
    air, served = _serve(world)
    other, phone = air.central(), air.central()
    for central in (other, phone):
        central.connect()
    _pair(world, served, phone.address, phone)
    require_equal(phone.read("2a6f"), b"secret", "read on an encrypted link")
    for central in (other, phone):
        central.subscribe("2a6e")
    require_equal({address: row["Bonded"] for address, row in served.centrals().items()},
                  {phone.address: True, other.address: False}, "who is bonded")
    _require_known(served, other.address, phone.address)
    phone.disconnect()
    served.wait_signals("CentralDisconnected", 1)
    _require_known(served, other.address)
    served.update_all("2a6e", [b"missed"])
    phone.connect(discover=False)
    phone.encrypt()
    _require_known(served, other.address, phone.address)
    served.update_all("2a6e", [b"back"])
    require_equal([central.wait_told("2a6e", count) for central, count in ((phone, 1), (other, 2))],
                  [[b"back"], [b"missed", b"back"]], "told")
    _tell_it_alone(world, served, phone, other)


def _require_known(served, *addresses):
    wait(lambda: set(served.subscribers("2a6e")[0]) == set(addresses), f"subscribers {addresses}")


def _tell_it_alone(world, served, phone, other):
    """It is not flagged that only a broadcast reaches it, unless it subscribes anew."""
    require_equal(served.subscribers("2a6e")[1]["Certain"], False, "certain")
    with expect_error("NotSupported"):
        served.notify("2a6e", Device=phone.address, Value=b"mine")
    require_equal(served.notify("2a6e", Device=phone.address, Value=b"all's", AllowBroadcast=True), True, "told to all")
    phone.wait_told("2a6e", 2)
    phone.subscribe("2a6e")  # as phones do: BlueZ takes it for nothing new
    require_equal(served.subscribers("2a6e")[1]["Certain"], False, "certain")
    phone.unsubscribe("2a6e")
    phone.subscribe("2a6e")
    if world.differs():
        wait(lambda: served.subscribers("2a6e")[1]["Certain"], "its socket")
        require_equal(served.notify("2a6e", Device=phone.address, Value=b"mine"), False, "told to all")
        phone.wait_told("2a6e", 3)
    served.update_all("2a6e", [b"last"])
    alone = [b"mine"] if world.differs() else []
    require_equal(phone.wait_told("2a6e", 3 + len(alone)), [b"back", b"all's", *alone, b"last"], "the phone was told")
    require_equal(other.wait_told("2a6e", 4), [b"missed", b"back", b"all's", b"last"], "the other was told")


IDENTITY = "00:AA:03:00:00:01"


def a_phone_with_private_addresses_is_one_central_once_it_bonded(world):
    air, served = _serve(world)
    phone = air.central(private=True)
    address = phone.renew_address()
    phone.connect()
    require_equal([device for device, _ in served.wait_signals("CentralConnected", 1)], [address], "who came")
    _pair(world, served, address, phone, IDENTITY)
    wait(lambda: set(served.centrals()) == {IDENTITY}, f"its identity, told so far: {served.told}")
    phone.subscribe("2a6e")
    _require_known(served, IDENTITY)
    row = served.centrals()[IDENTITY]
    require_equal((row["AddressType"], row["Bonded"], row["MTU"]), ("public", True, 517), "type, bond and MTU")
    phone.disconnect()
    wait(lambda: not served.centrals(), f"its end, told so far: {served.told}")
    _require_known(served)
    phone.renew_address()
    phone.connect(discover=False)
    phone.encrypt()
    phone.unsubscribe("2a6e")  # what it asked for under its former address BlueZ may or may not remember
    phone.subscribe("2a6e")
    _require_known(served, IDENTITY)
    require_equal([row["Bonded"] for row in served.centrals().values()], [True], "bonds")
    if world.differs():
        wait(lambda: served.subscribers("2a6e")[1]["Certain"], "its socket")
    require_equal(served.notify("2a6e", Device=IDENTITY, Value=b"1", AllowBroadcast=True), not world.differs(), "told to all")
    require_equal(phone.wait_told("2a6e"), [b"1"], "told")
    wanted = [address, address, IDENTITY, IDENTITY, IDENTITY]
    wait(lambda: _who_came_and_went(served) == wanted, f"who came and went, told so far: {served.told}")


def _who_came_and_went(served):
    return [device for name, (device, *_) in served.told if name.startswith("Central")]
