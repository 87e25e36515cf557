# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each role does in a second while all work at once on one controller; see ../roles.py."""

import os

from figures import Figures
from roles import Roles

TURN_S = 5
ROUNDS = 3
FIGURES = Figures("figure vm-roles-")


def roles_are_measured_while_all_work_at_once(world):
    roles = Roles(world)
    roles.work(1)  # what runs for the first time is slow in an emulated machine
    rounds = [roles.work(TURN_S) for _ in range(int(os.environ.get("BLEHUB_VM_ROUNDS") or ROUNDS))]
    for name in rounds[0]:
        rates = sorted(rates[name] for rates in rounds)
        FIGURES.put(name, rates[len(rates) // 2], "1/s", 1)
