# SPDX-License-Identifier: LGPL-2.1-or-later
"""The guests themselves: a case that passes on two of them proves more only if they are what they are called."""

import os
import pathlib

from guest import require, require_equal


def the_guest_has_the_bluez_and_the_kernel_it_stands_for(world):
    bluez, kernel = ("5.82", "6.12.") if world.differs() else ("5.66", "6.1.")
    bluetoothd = next(path for path in ["/usr/libexec/bluetooth/bluetoothd", "/usr/sbin/bluetoothd"]
                      if pathlib.Path(path).exists())
    require_equal(world.run(bluetoothd, "--version").stdout.strip(), bluez, "version of bluetoothd")
    require(os.uname().release.startswith(kernel), f"kernel {os.uname().release}")
