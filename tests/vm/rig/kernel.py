# SPDX-License-Identifier: LGPL-2.1-or-later
"""Debian's stock 6.1 kernel for the guest, taken apart once and kept in the cache.

The package is downloaded and unpacked, never installed. What is kept is the kernel image and, numbered in the
order in which they have to be loaded, the few modules that the guest needs. The directory is renamed into place as the
last step, so one that exists is complete.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

# The hash and cipher modules before bluetooth: the ECDH self-test of LE Secure Connections needs them. The
# algif ones and their algorithms: bluetoothd and btvirt open AF_ALG sockets.
MODULES = """virtio_pci 9p 9pnet_virtio overlay virtio_rng sha256_generic sha512_generic hmac ctr drbg
             algif_hash algif_skcipher cmac ecb aes_generic ccm bluetooth hci_vhci""".split()


def cache_dir():
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(os.environ.get("BLEHUB_CACHE") or f"{home}/blehub") / "vm"


def prepare():
    """The directory with vmlinuz and modules/, made if it is not there."""
    wanted = hashlib.sha256(" ".join(MODULES).encode()).hexdigest()[:12]
    directory = cache_dir() / f"kernel-{wanted}"
    if not directory.is_dir():
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory.parent) as work:
            _make(pathlib.Path(work)).rename(directory)
    return directory


def _make(work):
    tree = work / "tree"
    subprocess.run(["dpkg", "-x", _download(work), tree], check=True)
    version = next((tree / "lib/modules").iterdir()).name
    subprocess.run(["/sbin/depmod", "-b", tree, version], check=True)
    kept = work / "kept"
    (kept / "modules").mkdir(parents=True)
    shutil.copy(tree / f"boot/vmlinuz-{version}", kept / "vmlinuz")
    for number, module in enumerate(_load_order(tree, version)):
        shutil.copy(module, kept / "modules" / f"{number:03}-{module.name}")
    return kept


def _download(work):
    package = _package_name(work)
    if not package:  # a machine whose package lists were thrown away
        subprocess.run(["apt-get", "-q", "update"], check=True, stdout=subprocess.DEVNULL)
        package = _package_name(work)
    # The sandboxed downloader of apt may not enter our directory; it says so and downloads all the same.
    subprocess.run(["apt-get", "-q", "download", package], cwd=work, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return next(work.glob("linux-image-6.1.*.deb"))


def _package_name(work):
    depends = _output(["apt-cache", "depends", "linux-image-amd64"], work)
    return next((word for word in depends.split() if word.startswith("linux-image-6.1.")), None)


def _load_order(tree, version):
    """Files to insmod, each once, dependencies first."""
    order = {}
    for module in MODULES:
        shown = _output(["/sbin/modprobe", "-d", tree, "-S", version, "--show-depends", module], tree)
        for line in shown.splitlines():
            if line.startswith("insmod "):
                order[pathlib.Path(line.split()[1])] = True
    return list(order)


def _output(command, directory):
    return subprocess.run(command, cwd=directory, text=True, stdout=subprocess.PIPE, check=False).stdout
