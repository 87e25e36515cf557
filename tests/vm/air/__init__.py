# SPDX-License-Identifier: LGPL-2.1-or-later
"""The air: virtual controllers on /dev/vhci, and peripherals and centrals around them that speak HCI, L2CAP and ATT themselves.

What a real one may do, these do when told so: answer with any error, late or never, go away in the middle of anything,
come back as something else. A case reaches them through world.air(), see ../peers.py; the program is __main__.py.
"""
