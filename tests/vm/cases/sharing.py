# SPDX-License-Identifier: LGPL-2.1-or-later
"""One link, many programs: each has what it asked for, whatever the others do and whoever of them dies."""

import struct
import time

from guest import HUB, HUB_PATH, expect_error, options_of, poll, require_equal
from central_link import DEVICE
from sharers import ALSO_COUNTING, COUNTING, SERVICES, WRITTEN, Sharer

LINKS = 8
ABSENT = "C0:00:00:00:00:99"
NOTHING = "/org/blehub/device/random_C0_00_00_00_00_99"
PERIOD_S = 0.1
WORK_S = 30
BURST = 1000
WITHOUT = 300  # of those that are not answered


def eight_links_stay_while_clients_of_one_are_killed_and_leave(world):
    world.configure(f"[limits]\nMaxLinks={LINKS}\n")
    air = world.air()
    peer, *others = [air.peer(services=SERVICES) for _ in range(LINKS)]
    killed, leaving, staying = [Sharer(world) for _ in range(3)]
    first_s = killed.connect(peer)
    links = _connect_many(world, others)
    _require_links(air, world, LINKS)
    with expect_error("LimitExceeded", "MaxLinks"):
        world.bus.call(HUB, HUB_PATH, "org.blehub.Hub1.Connect", "(sa{sv})", ABSENT, {})
    shared_s = max(leaving.connect(peer), staying.connect(peer))
    _stream_while_clients_go(peer, killed, leaving, staying)
    _require_untouched(world, peer, others, links)
    began = time.monotonic()
    staying.tell("release")
    peer.wait("disconnected")
    dropped_s = time.monotonic() - began
    staying.answer()
    poll(lambda: world.bus.counters()["Links"] == LINKS - 1, "its slot to be free", every=0.05)
    _require_links(air, world, LINKS - 1)
    return f"first link {first_s:.2f} s, shared in {shared_s:.2f} s, dropped in {dropped_s:.2f} s"


def _connect_many(world, peers):
    """All of these and one too many: the paths of the devices."""
    options = options_of({"AddressType": "random"})
    wanted = [(address, options) for address in [*(peer.address for peer in peers), ABSENT]]
    *results, refused = world.bus.call(HUB, HUB_PATH, "org.blehub.Hub1.ConnectMany", "(a(sa{sv})a{sv})", wanted,
                                       options_of({"TimeoutMs": 60000}), timeout=70)
    require_equal([result.get("Message") for result in results], [None] * len(peers), "what went wrong")
    require_equal([result["Address"] for result in results], [peer.address for peer in peers], "linked")
    require_equal(refused.get("Error"), "org.blehub.Error.LimitExceeded", "one too many")
    return [result["Device"] for result in results]


def _require_links(air, world, count):
    path = f"/org/blehub/adapter/{air.addresses[0].replace(':', '_')}"
    require_equal([world.bus.get(HUB, path, f"org.blehub.Adapter1.{name}") for name in ["Links", "FreeSlots"]],
                  [count, LINKS - count], "links and free slots")


def _stream_while_clients_go(peer, killed, leaving, staying):
    clients, count = [killed, leaving, staying], 60
    for client in clients:
        client.ask("follow", COUNTING, "json")
    peer.stream(COUNTING, count, 0.05)
    for client in clients:
        poll(lambda client=client: client.followed(COUNTING)[2] >= 5, "values", every=0.05)
    killed.kill()
    leaving.ask("release")
    poll(lambda: staying.followed(COUNTING)[1] == count - 1, "the last value")
    require_equal(staying.followed(COUNTING), [0, count - 1, count], "first, last and number of values")
    require_equal(staying.complaints(), [], "complaints")


def _require_untouched(world, peer, others, links):
    """Nobody was ever connected again, and all still work."""
    require_equal([it.count(kind) for it in [peer, *others] for kind in ["connected", "disconnected"]], [1, 0] * LINKS,
                  "links made and lost")
    counters = world.bus.counters()
    require_equal([counters[name] for name in ["LinkAttempts", "LinksMade", "LinksLost"]], [LINKS, LINKS, 0],
                  "attempts, links made and lost")
    for link in links:
        require_equal(bytes(world.bus.call(HUB, link, f"{DEVICE}.Read", "(ssa{sv})", "", COUNTING,
                                           options_of({"TimeoutMs": 20000}))), bytes(4), "value")


def three_clients_use_the_same_characteristics_for_half_a_minute(world):
    peer = world.air().peer(services=SERVICES)
    clients = {how: Sharer(world) for how in ["json", "packed", "wait"]}
    for how, client in clients.items():
        client.connect(peer)
        for uuid in [COUNTING, ALSO_COUNTING]:
            client.ask("follow", uuid, how)
    count = round(WORK_S / PERIOD_S)
    for uuid in [COUNTING, ALSO_COUNTING]:
        peer.stream(uuid, count, PERIOD_S, store=True)
    began = time.monotonic()
    for client in clients.values():
        client.tell("work", WORK_S)
    for client in clients.values():
        client.answer()
    seconds = time.monotonic() - began
    for how, client in clients.items():
        for uuid in [COUNTING, ALSO_COUNTING]:
            poll(lambda client=client, uuid=uuid: client.followed(uuid)[1] == count - 1, f"the last value by {how}",
                 timeout=120)
            require_equal(client.followed(uuid), [0, count - 1, count], f"first, last and number of values by {how}")
        require_equal(client.complaints(), [], f"complaints of {how}")
    accounts = [client.ask("account") for client in clients.values()]
    _require_all_written(peer, accounts)
    reads, writes = [sum(account["done"][method] for account in accounts) / seconds for method in ["Read", "Write"]]
    return f"{reads:.0f} reads/s, {writes:.0f} writes/s beside {2 / PERIOD_S:.0f} values/s to each of three"


def _writes_of(peer, account):
    """(attribute, number) of each of a client's writes that arrived."""
    return [(name, struct.unpack(">II", value)[1]) for _, name, value in peer.log("write", "command")
            if struct.unpack(">II", value)[0] == account["writer"]]


def _require_all_written(peer, accounts):
    """Each client's writes are numbered over both characteristics; none may be missing, doubled or out of its order."""
    for account in accounts:
        writes = _writes_of(peer, account)
        for uuid in [COUNTING, ALSO_COUNTING]:
            numbers = [number for name, number in writes if name == uuid]
            require_equal(numbers, sorted(numbers), "writes to one characteristic")
        require_equal(sorted(number for _, number in writes), list(range(1, account["written"] + 1)), "writes")


def a_thousand_writes_at_once_arrive_in_order_and_those_of_the_dead_are_forgotten(world):
    peer = world.air().peer(services=SERVICES)
    writer, dying, other = [Sharer(world) for _ in range(3)]
    for client in [writer, dying, other]:
        client.connect(peer)
    rates = {reply: count / writer.ask("burst", WRITTEN, count, reply)
             for reply, count in [("response", BURST), ("none", WITHOUT)]}
    peer.wait("command", count=WITHOUT)
    require_equal(_writes_of(peer, writer.ask("account")), [(WRITTEN, number + 1) for number in range(BURST + WITHOUT)],
                  "writes")
    peer.forget()
    dying.tell("burst", WRITTEN, BURST, "response")
    peer.wait("write")
    dying.kill()
    seconds = other.ask("burst", WRITTEN, 10, "response")
    account = other.ask("account")
    require_equal(account["complaints"], [], "complaints")
    require_equal(_writes_of(peer, account), [(WRITTEN, number + 1) for number in range(10)], "writes")
    beside = peer.count("write") - 10
    require_equal(beside < BURST // 2, True, f"{beside} of the dead client's writes arrived, most forgotten")
    return (f"{rates['response']:.0f} writes/s with response, {rates['none']:.0f} without; ten took {seconds:.2f} s beside "
            f"{beside} of the dead client's")


def clients_of_three_users_share_a_link_made_at_once_while_a_scan_goes_on(world):
    air = world.air()
    peer, heard = [air.peer(services=SERVICES) for _ in range(2)]
    scan = world.bus.scan(Report="all")
    _wait_for_report(scan, heard)
    attempts = world.bus.counters()["LinkAttempts"]
    root, nobody, stranger = [Sharer(world, user) for user in [None, "nobody", "daemon"]]
    for client in [root, nobody]:
        client.tell("connect", peer.address)
    seconds = [client.answer() for client in [root, nobody]]
    _wait_for_report(scan, heard)
    require_equal((world.bus.counters()["LinkAttempts"] - attempts, peer.count("connected")), (1, 1), "attempts and links")
    for client in [root, nobody]:
        client.ask("follow", COUNTING, "json")
    peer.stream(COUNTING, 5)
    for client in [root, nobody]:
        poll(lambda client=client: client.followed(COUNTING) == [0, 4, 5], "five values")
    device = root.ask("where")
    _require_seen(root, device=1, hold=2, subscription=2)
    _require_seen(nobody, device=1, hold=1, subscription=1)
    _require_seen(stranger)
    require_equal(stranger.ask("try_read", device), stranger.ask("try_read", NOTHING) or "an error", "a stranger's read")
    shared_s = stranger.connect(peer)
    _require_seen(stranger, device=1, hold=1)
    require_equal(stranger.ask("try_read", device), None, "a holder's read")
    stranger.ask("release")
    _require_seen(stranger)
    for client in [root, nobody]:
        require_equal(client.complaints(), [], "complaints")
    return f"both in {max(seconds):.2f} s, a third in {shared_s:.2f} s"


def _wait_for_report(scan, peer):
    """Of now, not one that waited."""
    began_us = time.monotonic() * 1e6
    while (row := scan.wait_device())["Address"] != peer.address or row["TimestampMonotonic"] < began_us:
        pass


def _require_seen(client, **wanted):
    seen = client.ask("sees")
    require_equal({kind: seen.count(kind) for kind in set(seen)}, wanted, "objects seen")
