# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Debian 13 root with its own kernel, made by debootstrap once and kept in the cache.

Only making it needs root and a mirror. It is made anew when the packages wanted in it are others: tests/vm/packages.trixie.
blehub is not built in it: what Debian 12 built runs there on newer libraries.
"""

import os
import pathlib

from . import cache, kernel

PACKAGES = pathlib.Path(__file__).resolve().parent.parent / "packages.trixie"
MIRROR = "http://deb.debian.org/debian"
MAKE_LIMIT_S = "300"


def prepare():
    """The directory with root/, vmlinuz and modules/."""
    packages = _wanted_packages()
    name = f"trixie-{kernel.digest_of(packages + kernel.MODULES)}"
    return cache.made_once(name, lambda work: _make(work, packages))


def _wanted_packages():
    lines = PACKAGES.read_text().splitlines()
    return sorted(word for line in lines for word in line.partition("#")[0].split())


def _make(work, packages):
    kept = work / "kept"
    kept.mkdir()
    root = kept / "root"
    mirror = os.environ.get("BLEHUB_MIRROR", MIRROR)
    cache.as_root(*_contained(), "timeout", MAKE_LIMIT_S, "debootstrap", "--variant=minbase",
                  f"--include={','.join(packages)}", "trixie", root, mirror,
                  task=f"debootstrap of Debian 13 from {mirror}")
    # debootstrap left the package lists there: apt inside knows the kernel's name.
    cache.as_root("chroot", root, "sh", "-ec", _TAKE_KERNEL, task="downloading Debian 13's kernel")
    kernel.keep(kernel.found_package(root / "kernel", "6.12"), work, kept)
    cache.as_root("rm", "-r", root / "kernel", task="removing the kernel's package")
    return kept


_TAKE_KERNEL = """
rm -rf /var/cache/apt/archives/*.deb
mkdir /kernel
cd /kernel
package=$(apt-cache depends linux-image-amd64 | sed -n 's/ *Depends: \\(linux-image-6.12.\\)/\\1/p')
apt-get -q download $package
"""


def _contained():
    """A namespace, so that what debootstrap mounts and starts goes with it; nothing where that is not allowed."""
    contain = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    try:
        cache.as_root(*contain, "true", task="making a namespace")
    except cache.NotMade:
        return []
    return contain
