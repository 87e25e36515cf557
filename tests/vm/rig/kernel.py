# SPDX-License-Identifier: LGPL-2.1-or-later
"""A stock Debian kernel for a guest, taken out of its package, which is never installed.

What is kept is the kernel image and, numbered in the order in which they have to be loaded, the few modules that a
guest needs.
"""

import hashlib
import lzma
import pathlib
import subprocess

from . import cache

# The hash and cipher modules before bluetooth: the ECDH self-test of LE Secure Connections needs them. The
# algif ones and their algorithms: bluetoothd and btvirt open AF_ALG sockets.
MODULES = """virtio_pci 9p 9pnet_virtio overlay virtio_rng sha256_generic sha512_generic hmac ctr drbg
             algif_hash algif_skcipher cmac ecb aes_generic ccm bluetooth hci_vhci""".split()


def prepare_hosts_own():
    """The directory with vmlinuz and modules/ of the kernel that the host's Debian has."""
    return cache.made_once(f"kernel-{digest_of(MODULES)}", lambda work: keep(_download(work), work, work / "kept"))


def digest_of(words):
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]


def keep(package, work, kept):
    """Takes vmlinuz and modules/ out of a package into the directory `kept`."""
    tree = work / "tree"
    subprocess.run(["dpkg", "-x", package, tree], check=True)
    if not (tree / "lib").exists():  # newer packages come with merged directories
        (tree / "lib").symlink_to("usr/lib")
    version = next((tree / "lib/modules").iterdir()).name
    subprocess.run(["/sbin/depmod", "-b", tree, version], check=True)
    (kept / "modules").mkdir(parents=True)
    (tree / f"boot/vmlinuz-{version}").rename(kept / "vmlinuz")
    for number, module in enumerate(_load_order(tree, version)):
        name = f"{number:03}-{module.name.removesuffix('.xz')}"
        (kept / "modules" / name).write_bytes(_unpacked(module))
    return kept


def _unpacked(module):
    """busybox loads plain modules only."""
    return lzma.decompress(module.read_bytes()) if module.suffix == ".xz" else module.read_bytes()


def _download(work):
    package = _package_name(work)
    if not package:  # a machine whose package lists were thrown away
        subprocess.run(["apt-get", "-q", "update"], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        package = _package_name(work)
    # The sandboxed downloader of apt may not enter our directory; it says so and downloads all the same.
    subprocess.run(["apt-get", "-q", "download", package or "linux-image-amd64"], cwd=work, check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return found_package(work, "6.1")


def found_package(where, version):
    """The kernel's package in a directory."""
    package = next(pathlib.Path(where).glob(f"linux-image-{version}.*.deb"), None)
    if not package:
        raise cache.NotMade(f"no package of kernel {version}: apt could not download it")
    return package


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
