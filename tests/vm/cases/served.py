# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program serves, as a central meets it: bluetoothd between them on both sides, on two controllers."""

import pathlib

from guest import LIB, RemoteError, expect_error, let_pass, poll, require, require_equal
from pair import Pair
from peers import Refused
from scenarios import uuid
from serving import Advertised, Served, characteristic, descriptor, service

EXAMPLES = pathlib.Path("/usr/share/doc/blehub/examples")
OWN = "5a1b{:04x}-7c1e-4a53-9e61-3f2c3a5d0005"
SERVICE, OTHER_SERVICE, VALUE, INDICATED, PLAIN = (OWN.format(number) for number in [0x01, 0x02, 0x11, 0x12, 0x13])
NOTE, FORMAT = OWN.format(0x21), OWN.format(0x22)
ADVERTISED = ["180d", "181a", "1234abcd", "1234abce"]


def _advertised_uuid(short):
    return f"{short:0>8}-0000-1000-8000-00805f9b34fb"


def _require_heard(world, pair, advertisement):
    """By the other controller, each byte."""
    row, = world.bus.hub("Discover", timeout=60, Adapter=pair.central, NamePattern="acceptance", Count=1, DurationMs=30000)
    require_equal(sorted(row["UUIDs"]), sorted(map(_advertised_uuid, ADVERTISED)), "services heard")
    require_equal((row["Address"], row["Connectable"]), (pair.address, True), "who advertises")
    packet, response = advertisement.packets()
    require_equal(bytes(row["AdvertisingData"]).hex(), (packet + response).hex(), "bytes in the air")
    require_equal(row["Merged"], True, "of both packets")


def _descriptors(link):
    """Of each characteristic of ours."""
    ours, = (row for row in link.call("Services", "") if row["UUID"] == SERVICE)
    return {row["UUID"]: [entry["UUID"] for entry in row.get("Descriptors", [])] for row in ours["Characteristics"]}


def _require_descriptors(pair, link, application):
    """Each of its characteristic alone."""
    require_equal(_descriptors(link), {VALUE: [uuid("2902"), NOTE], INDICATED: [uuid("2902"), NOTE, FORMAT], PLAIN: []},
                  "descriptors")
    require_equal([link.read_descriptor(VALUE, NOTE), link.read_descriptor(INDICATED, NOTE)], [b"one", b"two"], "read")
    link.write_descriptor(INDICATED, NOTE, b"other")
    require_equal(application.wait_written()[:3], (pair.central, INDICATED, b"other"), "who wrote a descriptor")
    require_equal([application.value(VALUE, Descriptor=NOTE), application.value(INDICATED, Descriptor=NOTE)], [b"one", b"other"],
                  "after one was written")
    with expect_error("NotSupported"):
        link.write_descriptor(VALUE, "2902", b"\x01\x00")
    with expect_error("Att.WriteNotPermitted"):
        link.write_descriptor(INDICATED, FORMAT, b"x")


def _require_value(pair, link, application):
    """Read, written, notified and indicated."""
    require_equal(link.read(VALUE), b"initial", "value at first")
    link.write(VALUE, b"written", Response=True)
    require_equal(application.wait_written()[:3], (pair.central, VALUE, b"written"), "who wrote what")
    values = link.subscribe(VALUE, Queue=4)
    application.wait_subscribers(VALUE, 1)
    application.notify(VALUE)
    application.notify(VALUE, Value=b"\x0a\x0b")
    require_equal(values.values(2), [b"written", b"\x0a\x0b"], "notified")
    require_equal([link.read(VALUE), application.value(VALUE)], [b"written", b"written"], "value that stays")
    values.release()


def _require_indicated(link, application, pair):
    """What waits for the central waits, until it answers."""
    values = link.subscribe(INDICATED, Queue=4)
    application.wait_subscribers(INDICATED, 1)
    application.set_value(INDICATED, b"local")
    with pair.still():
        call = application.begin_indicate(INDICATED)
        let_pass(0.5)
        require(not call.is_done(), "it was not confirmed yet")
    call.wait()
    require_equal(values.wait()[0], b"local", "indicated")
    require_equal(link.read(INDICATED), b"local", "value of the server")


def _require_updates(link, application):
    """They reach who is subscribed at that time, as far as its queue goes."""
    application.wait_subscribers(VALUE, 0)
    application.set_value(VALUE, b"before", Update=True)
    latest, last, every = (link.subscribe(VALUE, Queue=queue) for queue in [1, 3, 16])
    application.wait_subscribers(VALUE, 1)
    application.update_all(VALUE, [bytes([number]) for number in range(5)])
    require_equal(every.values(5), [bytes([number]) for number in range(5)], "all of them")
    require_equal([last.values(3), latest.values(1)], [[b"\x02", b"\x03", b"\x04"], [b"\x04"]], "what queues keep")
    for values in [latest, last, every]:
        values.release()
    application.wait_subscribers(VALUE, 0)
    application.set_value(VALUE, b"meanwhile", Update=True)
    values = link.subscribe(VALUE, Queue=4)
    application.wait_subscribers(VALUE, 1)
    application.set_value(VALUE, b"after", Update=True)
    require_equal(values.wait()[0], b"after", "the first value since")


def a_program_is_heard_read_written_and_subscribed_to_as_it_serves(world):
    pair = Pair(world)
    bus = world.new_bus()
    application = Served(bus, [service(
        SERVICE, characteristic(VALUE, "read write notify", b"initial", descriptor(NOTE, "read write", b"one")),
        characteristic(INDICATED, "read indicate", b"", descriptor(NOTE, "read write", b"two"), descriptor(FORMAT, "read")),
        characteristic(PLAIN, "read", b"plain"))], Adapter=pair.address)
    advertisement = Advertised(bus, Name="acceptance", UUIDs=ADVERTISED, Adapter=pair.address)
    _require_heard(world, pair, advertisement)
    link = pair.connect()
    _require_descriptors(pair, link, application)
    _require_value(pair, link, application)
    _require_indicated(link, application, pair)
    _require_updates(link, application)
    require_equal(link.read(PLAIN), b"plain", "value of the neighbour")


LIMITED, CUT, LONG, JOINED, FIRST, SECOND, LATEST = (OWN.format(number) for number in range(0x31, 0x38))
ONE_PACKET, PARTS = bytes(range(38)), bytes(range(60))


def _require_too_long(write, name, value):
    try:
        write(name, value)
    except Refused as refused:
        require_equal(refused.code, 0x0d, f"what {len(value)} bytes are refused with")
        return
    raise AssertionError(f"{len(value)} bytes were not refused")


def _require_limits(central, application):
    """In writes of a packet and in parts."""
    central.write(LIMITED, PARTS[:20])
    _require_too_long(central.write, LIMITED, PARTS[:21])
    _require_too_long(central.write, LIMITED, ONE_PACKET)
    _require_too_long(central.write_long, LIMITED, PARTS)
    require_equal(application.value(LIMITED), PARTS[:20], "what was not too long")
    for write, value in [(central.write, ONE_PACKET), (central.write_long, PARTS)]:
        central.write(CUT, bytes(1))
        write(CUT, value)
        require_equal(application.value(CUT), value[:20], "what was cut")
    long = bytes(number * 7 & 0xff for number in range(300))
    central.write_long(LONG, long)
    require_equal([application.value(LONG) == long, central.read(LONG) == long], [True, True], "300 bytes in parts")
    _require_too_long(central.write_long, LONG, long + b"x")
    for write in [central.write, central.write_long]:  # before the latter BlueZ asks whether it is allowed, with its bytes
        write(JOINED, ONE_PACKET)
    require_equal(application.value(JOINED), 2 * ONE_PACKET, "two writes joined")
    require_equal(application.value(JOINED), b"", "after they were fetched")


def _require_captured(central, application):
    """In a burst that nobody waits in: of one attribute each, of the other the last."""
    for number in range(5):
        for name in [FIRST, LATEST]:
            central.command(name, bytes([number]))
    central.read(LONG)  # answered in turn: so all of them have arrived
    poll(lambda: application.get("Received") == 10, "ten writes", every=0.02)
    writes = [application.wait_written()[:3] for _ in range(6)]
    for name, numbers in [(FIRST, range(5)), (LATEST, [4])]:
        require_equal([write for write in writes if write[1] == name],
                      [(central.address, name, bytes([number])) for number in numbers], "what is told of the burst")
    with expect_error("Timeout"):
        application.wait_written(TimeoutMs=1)


def _require_order(central, application):
    """Of two attributes, fetched when all of them are over."""
    names = [FIRST, SECOND] * 5 + [SECOND, FIRST] * 5
    for number, name in enumerate(names):
        central.write(name, bytes([number]))
    require_equal([application.wait_written()[1:3] for _ in names],
                  [(name, bytes([number])) for number, name in enumerate(names)], "order of the writes")


def writes_are_limited_joined_and_captured_as_they_come_over_the_air(world):
    central = world.air().central(mtu=48)
    limited = Served(world.bus, [service(
        SERVICE, characteristic(LIMITED, "write", MaxLength=20), characteristic(CUT, "write", MaxLength=20, TooLong="cut"),
        characteristic(LONG, "read write", MaxLength=300), characteristic(JOINED, "write authorize", MaxLength=80, Append=True))])
    captured = Served(world.bus, [service(
        OTHER_SERVICE, characteristic(FIRST, "write write-without-response", Capture=True),
        characteristic(SECOND, "write", Capture=True), characteristic(LATEST, "write write-without-response"))])
    Advertised(world.bus, Name="acceptance")
    central.connect()
    _require_limits(central, limited)
    _require_captured(central, captured)
    _require_order(central, captured)


ENCRYPTED, AUTHENTICATED = OWN.format(0x41), OWN.format(0x42)


def _write_each(pair, link, applications):
    """What a central writes is told to who serves it, and to nobody else."""
    for name, application in applications.items():
        link.write(name, name.encode())
        require_equal(application.wait_written()[:3], (pair.central, name, name.encode()), "who wrote what")
    for name, application in applications.items():
        require_equal(application.value(name), name.encode(), "value of its own")


def _wait_until_gone(link, name):
    def is_gone():
        try:
            link.find("", name)
        except RemoteError as error:
            require_equal(error.name, "NotFound", "why it is not found")
            return True
        return False
    poll(is_gone, f"the end of {name}", every=0.05)


def applications_of_several_programs_are_served_at_once_and_go_with_their_own(world):
    pair = Pair(world)
    buses = [world.new_bus(), world.new_bus()]
    applications = {name: Served(bus, [service(owner, characteristic(name, "read write"))], Adapter=pair.address)
                    for name, owner, bus in zip([FIRST, SECOND], [SERVICE, OTHER_SERVICE], buses)}
    program = world.start("/usr/bin/blehubctl", "serve", EXAMPLES / "environmental-sensing.conf", "--adapter", pair.address,
                          user="nobody")
    poll(lambda: world.bus.counters()["Advertisements"] == 1, "the advertisement of another user", every=0.05)
    link = pair.connect()
    _write_each(pair, link, applications)
    require_equal(link.read("2a6e", "181a"), (2150).to_bytes(2, "little"), "value of another user's program")
    program.kill()
    _wait_until_gone(link, "2a6e")
    _write_each(pair, link, applications)
    buses[0].close()
    _wait_until_gone(link, FIRST)
    _write_each(pair, link, {SECOND: applications[SECOND]})


def _require_refused(link, name):
    """Never given, and not with a byte that was not sent."""
    honest = ["Disconnected", "Timeout", "Att.Hidden", "Att.InsufficientEncryption", "Att.InsufficientAuthentication"]
    try:
        link.read(name)
    except RemoteError as error:
        require(error.name in honest, f"refused by {error}")
        return error.name
    raise AssertionError(f"{name} was read without a bond")


def what_is_served_encrypted_is_read_by_who_pairs_alone(world):
    pair = Pair(world)
    bus = world.new_bus()
    application = Served(bus, [service(SERVICE, characteristic(ENCRYPTED, "read encrypt-read", b"secret"),
                                       characteristic(AUTHENTICATED, "read encrypt-authenticated-read", b"more so"))],
                         Adapter=pair.address)
    Advertised(bus, Name="acceptance", Adapter=pair.address)
    agent = world.start("/usr/bin/python3", "-B", LIB / "agent.py", "DisplayYesNo")
    require_equal(agent.stdout.readline(), "ready\n", "agent")
    print("refuse", file=agent.stdin, flush=True)
    link = pair.connect()
    refusal = _require_refused(link, ENCRYPTED)
    print("accept", file=agent.stdin, flush=True)
    link.release()
    link = pair.connect()
    require_equal(link.read(ENCRYPTED), b"secret", "value that needs encryption")
    require_equal(link.get("Paired"), True, "paired")
    require_equal(link.read(AUTHENTICATED), b"more so", "value that needs authentication")
    require_equal(application.centrals()[pair.central]["Bonded"], True, "bonded, as who serves sees it")
    return refusal
