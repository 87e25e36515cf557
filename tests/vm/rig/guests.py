# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guests: what there is to run, and where it comes from."""

import dataclasses
import pathlib

from . import kernel, trixie


# With one its kernel nearly always corrupts the list that it otherwise seldom does: see stage.KNOWN_DEFECT.
LINUX_6_1_PROCESSORS = 2


@dataclasses.dataclass(frozen=True)
class Guest:
    """A root file system, and a directory with the kernel for it: vmlinuz and modules/."""

    name: str
    root: pathlib.Path
    kernel: pathlib.Path
    processors: int  # emulated ones that wait for each other cost more than they bring


def _bookworm():
    """The host's own root, which tests/run requires to be Debian 12: BlueZ 5.66, kernel 6.1."""
    return Guest("bookworm", pathlib.Path("/"), kernel.prepare_hosts_own(), LINUX_6_1_PROCESSORS)


def _trixie():
    """Debian 13: BlueZ 5.82, kernel 6.12."""
    made = trixie.prepare()
    return Guest("trixie", made / "root", made, 1)


_MAKERS = {"bookworm": _bookworm, "trixie": _trixie}
NAMES = list(_MAKERS)


def prepare(name):
    """The guest, made if it is not there; cache.NotMade if it cannot be."""
    return _MAKERS[name]()
