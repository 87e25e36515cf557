# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a guest gets beside its root's own files: the installed blehub, the cases, and the initramfs that joins them.

The guest's root is read-only, under a tmpfs. The tree made here is laid over it before systemd starts, so blehub
is found where a package would have put it and the root is never touched.
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess

from . import cache

VM = pathlib.Path(__file__).resolve().parent.parent
SOURCE = VM.parent.parent
BENCH = SOURCE / "tests/bench"
# Where the guest finds the cases, and programs of the build that are not installed.
GUEST_LIB = "usr/lib/blehub-vm"
BUSYBOX = "/bin/busybox"


def build_dir():
    """A built build directory that installs to /usr."""
    directory = pathlib.Path(os.environ.get("BLEHUB_BUILD") or _own_build_dir()).absolute()
    if not (directory / "build.ninja").is_file():
        _quietly(["meson", "setup", "--prefix=/usr", "--sysconfdir=/etc", directory, SOURCE])
    _require_prefix(directory)
    _quietly(["ninja", "-C", directory, "build.ninja"])
    _quietly(["ninja", "-C", directory, *_targets(directory)])
    return directory


def _targets(directory):
    """All but the tests."""
    done = subprocess.run([SOURCE / "tools" / "targets", directory], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.split()


def _own_build_dir():
    """In the cache, one per checkout."""
    checkout = hashlib.sha256(str(SOURCE).encode()).hexdigest()[:12]
    return cache.directory() / f"build-{checkout}"


def _quietly(command):
    """What a command says is shown only if it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise SystemExit(done.stdout.decode(errors="replace") + f"{command[0]}: exit code {done.returncode}")


def _require_prefix(directory):
    shown = subprocess.run(["meson", "introspect", "--buildoptions", directory], check=True,
                           stdout=subprocess.PIPE).stdout
    options = {option["name"]: option["value"] for option in json.loads(shown)}
    if options["prefix"] != "/usr":
        raise SystemExit(f"{directory}: configured for {options['prefix']}; dbus-daemon and systemd read /usr only, "
                         "so: meson configure --prefix=/usr --sysconfdir=/etc")


def make_tree(build, work):
    """blehub installed, the rig's own units, the cases."""
    tree = work / "tree"
    _quietly(["meson", "install", "--no-rebuild", "-C", build, "--destdir", tree])
    _use_merged_directories(tree)
    shutil.copytree(VM / "image/root", tree, symlinks=True, dirs_exist_ok=True)
    lib = tree / GUEST_LIB
    for name in ["air", "cases", "figures"]:
        shutil.copytree(VM / name, lib / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in [*VM.glob("*.py"), VM / "busctl-session.sh"]:
        shutil.copy(path, lib)
    for program in ["tools/sim/blehub-vhci", "tools/examples/example-relay", "tools/examples/example-scan",
                    "tools/examples/example-subscribe"]:
        shutil.copy(build / program, lib)
    _add_bench(lib, build)
    return tree


def _add_bench(lib, build):
    """What the bench's modules look for, where they do: around a checkout. Their log goes to the host."""
    shutil.copytree(BENCH, lib / "tests/bench", ignore=shutil.ignore_patterns("__pycache__", "*.[ch]"))
    (lib / "build/tests/bench").mkdir(parents=True)
    for program in ["tests/bench/bench-reader", "tests/bench/bench-values"]:
        shutil.copy(build / program, lib / "build" / program)
    (lib / "build-logs").symlink_to("/run/blehub-vm")


def _use_merged_directories(tree):
    """On every root /lib and the like are links into /usr; a directory copied over a link would not fit."""
    for name in ["bin", "lib", "sbin"]:
        if (tree / name).is_dir():
            shutil.copytree(tree / name, tree / "usr" / name, symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(tree / name)


def make_archive(tree, work):
    """What every guest's initramfs has: the tree, and what lays it over the root."""
    root = work / "initramfs"
    for name in ["bin", "dev", "proc", "sys", "lower", "upper", "root"]:
        (root / name).mkdir(parents=True)
    shutil.copy(BUSYBOX, root / "bin/busybox")
    shutil.copy(VM / "image/init", root / "init")
    tree.rename(root / "tree")
    return _pack(root, work / "common.cpio")


def make_initramfs(kernel_dir, common, initramfs):
    """The common archive and, after it, one of the modules: Linux unpacks both."""
    modules = _pack(kernel_dir, initramfs.with_suffix(".modules"), "modules")
    with initramfs.open("wb") as out:
        for part in [common, modules]:
            out.write(part.read_bytes())
    return initramfs


def _pack(directory, archive, start="."):
    """Uncompressed: packing and unpacking cost more than they save here."""
    listing = subprocess.run(["find", start, "-print0"], cwd=directory, check=True, stdout=subprocess.PIPE).stdout
    with archive.open("wb") as out:
        subprocess.run(["cpio", "--quiet", "--null", "-o", "-H", "newc", "--owner=0:0"], cwd=directory, check=True,
                       input=listing, stdout=out)
    return archive
