# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guests: what there is to run, and where it comes from."""

import dataclasses
import pathlib

from . import kernel, trixie


@dataclasses.dataclass(frozen=True)
class Guest:
    """A root file system, and a directory with the kernel for it: vmlinuz and modules/."""

    name: str
    root: pathlib.Path
    kernel: pathlib.Path


def _bookworm():
    """The host's own root, which tests/run requires to be Debian 12: BlueZ 5.66, kernel 6.1."""
    return Guest("bookworm", pathlib.Path("/"), kernel.prepare_hosts_own())


def _trixie():
    """Debian 13: BlueZ 5.82, kernel 6.12."""
    made = trixie.prepare()
    return Guest("trixie", made / "root", made)


_MAKERS = {"bookworm": _bookworm, "trixie": _trixie}
NAMES = list(_MAKERS)


def prepare(name):
    """The guest, made if it is not there; cache.NotMade if it cannot be."""
    return _MAKERS[name]()
