# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which cases ask for something else on one guest than on the others, by design, and why: said here and nowhere else.

A case named here asks world.differs() and is told so on the guests named; its line says why. A case may not ask without being
named, nor be named without asking.
"""

DIFFERS = {
    "the_guest_has_the_bluez_and_the_kernel_it_stands_for": {
        "trixie": "BlueZ 5.82 and kernel 6.12, not 5.66 and 6.1",
    },
    "a_thousand_updates_reach_who_stays_while_others_unsubscribe_and_vanish": {
        "trixie": "BlueZ since 5.76 says which central unsubscribed",
    },
    "values_go_to_one_central_or_to_all_and_end_where_its_mtu_does": {
        "trixie": "BlueZ since 5.76 can notify one central alone",
    },
    "a_phone_that_bonded_is_told_again_when_it_returns": {
        "trixie": "BlueZ since 5.76 can notify one central alone",
    },
    "a_phone_with_private_addresses_is_one_central_once_it_bonded": {
        "trixie": "BlueZ since 5.76 can notify one central alone",
    },
}


class Difference:
    """What one case on one guest may ask."""

    def __init__(self, case_name, guest_name):
        self.case_name = case_name
        self.reason = DIFFERS.get(case_name, {}).get(guest_name)
        self.asked = False

    def ask(self):
        if self.case_name not in DIFFERS:
            raise AssertionError(f"{self.case_name} asks for a difference that differs.py does not have")
        self.asked = True
        return self.reason is not None

    def note(self):
        """For the line of a case that passed."""
        if self.reason and not self.asked:
            raise AssertionError(f"differs.py says '{self.reason}', which the case never asked about")
        return f"differs by design: {self.reason}" if self.reason else ""
