# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that scans until it is killed; see Guest.start_client."""

import json
import sys

import guest

bus = guest.Bus()
print(bus.scan(**json.loads(sys.argv[1])).path, flush=True)
sys.stdin.read()
