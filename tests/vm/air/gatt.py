# SPDX-License-Identifier: LGPL-2.1-or-later
"""A GATT database: how a case declares it, and the attributes that come of it.

    [service("180f", characteristic("2a19", "read notify", b"\x64")),
     service("5a1b0001-7c1e-4a53-9e61-3f2c3a5d0001",
             characteristic("2a58", "read write", b"one", descriptor("2901", b"first")),
             characteristic("2a58", "read", b"two"))]

An attribute is named by UUID, "#" and its number where the UUID repeats in the database, "/" and its descriptor:
"2a19", "2a58#1", "2a58/2901".
"""

FLAGS = {"broadcast": 0x01, "read": 0x02, "write-without-response": 0x04, "write": 0x08, "notify": 0x10,
         "indicate": 0x20, "authenticated-signed-writes": 0x40, "extended-properties": 0x80}
PRIMARY, SECONDARY, DECLARATION, CCC = b"\x00\x28", b"\x01\x28", b"\x03\x28", b"\x02\x29"
VALUE_MAX = 512


def service(uuid, *characteristics, primary=True):
    return {"uuid": uuid, "characteristics": characteristics, "primary": primary}


def characteristic(uuid, flags, value=b"", *descriptors, echo=0):
    """echo: how often a written value is notified, or indicated, to whom that is subscribed."""
    return {"uuid": uuid, "flags": flags.split(), "value": value, "descriptors": descriptors, "echo": echo}


def descriptor(uuid, value=b""):
    return {"uuid": uuid, "value": value}


def wire_uuid(text):
    """As in a packet: the short form where there is one."""
    digits = text.lower().replace("-", "").removeprefix("0x")
    if len(digits) == 32 and digits.startswith("0000") and digits.endswith("00001000800000805f9b34fb"):
        digits = digits[4:8]
    return bytes.fromhex(digits)[::-1]


def uuid_of(wire):
    """The text of a UUID in a packet: the short form where there is one."""
    digits = wire[::-1].hex()
    return digits if len(wire) == 2 else "-".join(
        [digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])


class Attribute:
    def __init__(self, handle, kind, value, name=None):
        self.handle = handle
        self.kind = kind
        self.value = value
        self.name = name  # of a characteristic's value or a descriptor
        self.flags = 0
        self.echo = 0
        self.end = handle  # of a service: its last handle
        self.ccc = None  # of a characteristic's value: the attribute by which it is subscribed to


class Table:
    """Attributes in the order of handles, each known by its name and its handle."""

    def __init__(self):
        self.attributes = []
        self.by_name = {}
        self.by_handle = {}

    def find(self, name):
        return self.by_name[name.lower()]

    def between(self, first, last):
        return [attribute for attribute in self.attributes if first <= attribute.handle <= last]

    def add_value(self, handle, kind, value, uuid):
        """Of a characteristic."""
        number = sum(taken.split("#")[0] == uuid for taken in self.by_name if "/" not in taken)
        return self.add(handle, kind, value, f"{uuid}#{number}" if number else uuid)

    def add_descriptor(self, handle, kind, value, uuid, characteristic_value):
        attribute = self.add(handle, kind, value, f"{characteristic_value.name}/{uuid}")
        if kind == CCC:
            characteristic_value.ccc = attribute
        return attribute

    def add(self, handle, kind, value, name=None):
        attribute = Attribute(handle, kind, value, name)
        self.attributes.append(attribute)
        self.by_handle[handle] = attribute
        if name:
            self.by_name[name] = attribute
        return attribute


class Database(Table):
    """What is served, from handle `first` on."""

    def __init__(self, services, first=1):
        super().__init__()
        self.next_handle = first
        for declared in services:
            self._add_service(declared)

    def services(self):
        return [attribute for attribute in self.attributes if attribute.kind in (PRIMARY, SECONDARY)]

    def _take_handle(self):
        self.next_handle += 1
        return self.next_handle - 1

    def _add_service(self, declared):
        kind = PRIMARY if declared["primary"] else SECONDARY
        head = self.add(self._take_handle(), kind, wire_uuid(declared["uuid"]))
        for entry in declared["characteristics"]:
            self._add_characteristic(entry)
        head.end = self.next_handle - 1

    def _add_characteristic(self, entry):
        uuid, flags = wire_uuid(entry["uuid"]), sum(FLAGS[flag] for flag in entry["flags"])
        handle = self._take_handle()
        self.add(handle, DECLARATION, bytes([flags]) + (handle + 1).to_bytes(2, "little") + uuid)
        value = self.add_value(self._take_handle(), uuid, entry["value"], entry["uuid"].lower())
        value.flags, value.echo = flags, entry["echo"]
        if flags & (FLAGS["notify"] | FLAGS["indicate"]):
            self.add_descriptor(self._take_handle(), CCC, b"\x00\x00", "2902", value)
        for extra in entry["descriptors"]:
            self.add_descriptor(self._take_handle(), wire_uuid(extra["uuid"]), extra["value"], extra["uuid"].lower(),
                                value)
