# SPDX-License-Identifier: LGPL-2.1-or-later
"""One boot of a guest.

The guest's second serial line is the conversation: a line per case from it, a word now and then to it. All else it has to say
goes to the console log and to the directory shared for that.
"""

import os
import re
import subprocess
import time

PASSED_ON = ["BLEHUB_VM_BTMON", "BLEHUB_VM_ROUNDS"]  # of the environment
# A kernel that has hurt itself ends the machine at once, and a task that it blocks for this long is such a wound: what runs on
# after either only fails later, and elsewhere.
MORTAL = "panic=-1 oops=panic hung_task_panic=1 sysctl.kernel.hung_task_timeout_secs=60"
LAST_WORDS = re.compile(r"(\w+ corruption|kernel BUG at|BUG: |Oops: |INFO: task \S+ blocked for more than|Kernel panic)[^\n]*")


class Machine:
    """qemu, between start and stop; may be started again."""

    def __init__(self, guest, initramfs, out):
        self.command = _command(guest, initramfs, out, shell=False)
        self.processors = guest.processors
        self.out = out
        self.process = None
        self.pending = b""
        self.console_before = 0
        self.case_began = self.case_before = 0  # in the console: of this case, and of the one before

    def start(self):
        self.console_before = len(self._console())
        (self.out / "alive").unlink(missing_ok=True)
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stdin=subprocess.PIPE)
        os.set_blocking(self.fileno(), False)
        self.pending = b""

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stdin.close()

    def was_alive(self):
        """When its runner last had a processor, on the monotonic clock; 0 if it has not begun."""
        alive = self.out / "alive"
        return time.monotonic() - (time.time() - alive.stat().st_mtime) if alive.exists() else 0

    def last_words(self):
        """What its kernel died of, if it said so on the console."""
        found = LAST_WORDS.search(self._console()[self.console_before:])
        return f": {found.group()}" if found else ""

    def begin_case(self):
        self.case_before, self.case_began = self.case_began, len(self._console())

    def said_lately(self, words):
        """Whether its kernel has said this in this case, or at the end of the one before."""
        return words in self._console()[self.case_before:]

    def _console(self):
        path = self.out / "console.log"
        return path.read_text(errors="replace") if path.exists() else ""

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
        "-chardev", f"file,id=console,path={out}/console.log,append=on", "-serial", "chardev:console", "-serial", "stdio"]
    append = (f"console=ttyS0 quiet {MORTAL} clocksource=tsc tsc=reliable systemd.unit=blehub-vm.target "
              f"systemd.wants={service} systemd.show_status=0 systemd.setenv=BLEHUB_VM_GUEST={guest.name} "
              + " ".join(f"systemd.setenv={name}={os.environ.get(name, '')}" for name in PASSED_ON))
    return [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-nic", "none",
        "-accel", accel + (",thread=multi" if accel == "tcg" else ""), "-smp", str(guest.processors), "-m", "2048",
        "-kernel", guest.kernel / "vmlinuz", "-initrd", initramfs, "-append", append,
        "-device", "virtio-rng-pci",
        "-virtfs", f"local,path={guest.root},mount_tag=host,security_model=none,readonly=on,multidevs=remap",
        "-virtfs", f"local,path={out},mount_tag=out,security_model=none",
        *console]
