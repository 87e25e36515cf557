# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is costly to make and made once, outside the source tree.

A directory is made under another name and renamed as the last step, so one that exists is complete. Makers hold a lock: what
else lies around under such a name while it is held was left by one that was killed.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import tempfile

_UNFINISHED = "unfinished-"


def directory():
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(os.environ.get("BLEHUB_CACHE") or f"{home}/blehub") / "vm"


def made_once(name, make):
    """The directory of this name; if it is not there, make(work) gives it, somewhere in `work`."""
    wanted = directory() / name
    with _lock():
        if not wanted.is_dir():
            _sweep()
            work = pathlib.Path(tempfile.mkdtemp(dir=directory(), prefix=_UNFINISHED))
            try:
                make(work).rename(wanted)
            except (OSError, subprocess.CalledProcessError) as error:
                raise NotMade(f"{name}: {error}") from None
            finally:
                _remove(work)
    return wanted


@contextlib.contextmanager
def _lock():
    directory().mkdir(parents=True, exist_ok=True)
    with (directory() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sweep():
    for work in directory().glob(f"{_UNFINISHED}*"):
        _remove(work)


def _remove(work):
    shutil.rmtree(work, ignore_errors=True)
    if work.exists():  # files of root's
        as_root("rm", "-rf", "--one-file-system", work, task=f"removing {work}")


def as_root(*command, task):
    """Runs a command as root, directly or through sudo. What it says is shown only in the exception, if the task fails."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    try:
        done = subprocess.run([*prefix, *command], check=False, text=True, errors="replace", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        raise NotMade(f"{task}: cannot run {error.filename}: {error.strerror}") from None
    if done.returncode:
        raise NotMade(f"{task}: exit code {done.returncode}: " + " | ".join(done.stdout.splitlines()[-3:]))


class NotMade(Exception):
    """Something that is needed could neither be found nor made, and why."""
