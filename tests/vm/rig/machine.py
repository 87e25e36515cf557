# SPDX-License-Identifier: LGPL-2.1-or-later
"""One boot of the guest.

The guest's second serial line is the conversation: it sends one line per case, everything else it has to say goes to
the console log and to the directory shared for that. A guest that says nothing for too long is killed.
"""

import os
import selectors
import subprocess
import time

SILENCE_S = 180.0
TOTAL_S = 540.0


class Machine:
    """qemu, for as long as the `with` block lasts."""

    def __init__(self, kernel_dir, archive, out, shell=False):
        self.out = out
        self.command = _command(kernel_dir, archive, out, shell)
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def lines(self):
        """What the guest says, until it ends, is silent for too long, or the caller has heard enough."""
        fd = self.process.stdout.fileno()
        os.set_blocking(fd, False)
        with selectors.DefaultSelector() as selector:
            selector.register(fd, selectors.EVENT_READ)
            pending, end = b"", time.monotonic() + TOTAL_S
            while selector.select(min(SILENCE_S, end - time.monotonic())):
                chunk = os.read(fd, 65536)
                if not chunk:
                    return
                *whole, pending = (pending + chunk).split(b"\n")
                yield from (line.decode(errors="replace").strip() for line in whole)


def interact(kernel_dir, archive, out):
    """A guest whose console is this terminal."""
    subprocess.run(_command(kernel_dir, archive, out, shell=True), check=False)


def _command(kernel_dir, archive, out, shell):
    accel = os.environ.get("BLEHUB_VM_ACCEL", "tcg")
    service = "blehub-vm-shell.service" if shell else "blehub-vm.service"
    console = ["-serial", "mon:stdio", "-serial", "null"] if shell else [
        "-serial", f"file:{out}/console.log", "-serial", "stdio"]
    append = ("console=ttyS0 quiet panic=-1 clocksource=tsc tsc=reliable systemd.unit=blehub-vm.target "
              f"systemd.wants={service} systemd.show_status=0 systemd.setenv=BLEHUB_VM_BTMON={os.environ.get('BLEHUB_VM_BTMON', '')}")
    return [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-nic", "none",
        "-accel", accel + (",thread=multi" if accel == "tcg" else ""), "-smp", "2", "-m", "2048",
        "-kernel", kernel_dir / "vmlinuz", "-initrd", archive, "-append", append,
        "-device", "virtio-rng-pci",
        "-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
        "-virtfs", f"local,path={out},mount_tag=out,security_model=none",
        *console]
