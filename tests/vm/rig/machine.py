# SPDX-License-Identifier: LGPL-2.1-or-later
"""One boot of a guest.

The guest's second serial line is the conversation: a line per case from it, a word now and then to it. All else it has to say
goes to the console log and to the directory shared for that.
"""

import os
import subprocess

PASSED_ON = ["BLEHUB_VM_BTMON", "BLEHUB_VM_ROUNDS"]  # of the environment


class Machine:
    """qemu, for as long as the `with` block lasts."""

    def __init__(self, guest, initramfs, out):
        self.command = _command(guest, initramfs, out, shell=False)
        self.process = None
        self.pending = b""

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stdin=subprocess.PIPE)
        os.set_blocking(self.fileno(), False)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stdin.close()

    def fileno(self):
        return self.process.stdout.fileno()

    def read_lines(self):
        """What the guest has said meanwhile; None when it has ended. To be called when there is something to read."""
        chunk = os.read(self.fileno(), 65536)
        if not chunk:
            return None
        *whole, self.pending = (self.pending + chunk).split(b"\n")
        return [line.decode(errors="replace").strip() for line in whole]

    def say(self, word):
        os.write(self.process.stdin.fileno(), f"{word}\n".encode())


def interact(guest, initramfs, out):
    """A guest whose console is this terminal."""
    subprocess.run(_command(guest, initramfs, out, shell=True), check=False)


def _command(guest, initramfs, out, shell):
    accel = os.environ.get("BLEHUB_VM_ACCEL", "tcg")
    service = "blehub-vm-shell.service" if shell else "blehub-vm.service"
    console = ["-serial", "mon:stdio", "-serial", "null"] if shell else [
        "-serial", f"file:{out}/console.log", "-serial", "stdio"]
    append = ("console=ttyS0 quiet panic=-1 clocksource=tsc tsc=reliable systemd.unit=blehub-vm.target "
              f"systemd.wants={service} systemd.show_status=0 systemd.setenv=BLEHUB_VM_GUEST={guest.name} "
              + " ".join(f"systemd.setenv={name}={os.environ.get(name, '')}" for name in PASSED_ON))
    return [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-nic", "none",
        "-accel", accel + (",thread=multi" if accel == "tcg" else ""), "-smp", "2", "-m", "2048",
        "-kernel", guest.kernel / "vmlinuz", "-initrd", initramfs, "-append", append,
        "-device", "virtio-rng-pci",
        "-virtfs", f"local,path={guest.root},mount_tag=host,security_model=none,readonly=on,multidevs=remap",
        "-virtfs", f"local,path={out},mount_tag=out,security_model=none",
        *console]
