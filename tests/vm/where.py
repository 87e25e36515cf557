# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which cases run on one guest only, and why: said here and nowhere else. All others run on every guest.

Long cases are dealt out so that the guests end at about the same time.
"""

ON_ONE = [
    ("trixie", "the other guest's kernel, 6.1, blocks for ever when a radio with links is switched off", [
        "links_come_back_after_another_program_switched_the_radio_off_and_on",
        "a_hundred_times_off_and_on_leave_what_is_served_as_it_was",
        "examples_relay_gather_and_save_power",
    ]),
    ("trixie", "links that fail one after the other make the other guest's kernel, 6.1, corrupt a list", [
        "a_controller_without_a_link_left_is_full_until_one_ends",
        "a_link_that_is_not_established_is_tried_twice_more",
    ]),
    ("trixie", "the other guest's BlueZ, before 5.76, takes values by the bus alone, which keeps them", [
        "values_that_bluetoothd_does_not_take_are_refused_and_counted",
    ]),
    ("bookworm", "the other guest's kernel, 6.12, keeps an attempt for 20 s when cancelling it fails (0x200e, -16)", [
        "links_made_and_lost_in_every_way_leave_nothing_behind",
    ]),
    ("bookworm", "what blehubd keeps, whatever BlueZ and kernel do", [
        "three_rounds_of_serving_leave_nothing_behind",
    ]),
    ("trixie", "what blehubd keeps, whatever BlueZ and kernel do", [
        "strangers_without_end_leave_memory_where_it_was",
        "the_table_keeps_a_device_after_the_scan",
    ]),
    ("bookworm", "who gets what, in which order, when many share: all of it after BlueZ", [
        "eight_links_stay_while_clients_of_one_are_killed_and_leave",
        "three_clients_use_the_same_characteristics_for_half_a_minute",
        "clients_of_three_users_share_a_link_made_at_once_while_a_scan_goes_on",
        "a_burst_of_values_is_kept_as_far_as_the_queue_goes",
    ]),
    ("trixie", "who gets what, in which order, when many share: all of it after BlueZ", [
        "several_absent_devices_share_a_deadline_and_leave_nothing_behind",
        "a_program_killed_while_it_connects_leaves_no_attempt",
        "a_thousand_writes_at_once_arrive_in_order_and_those_of_the_dead_are_forgotten",
        "a_killed_client_leaves_nothing_behind_and_nobody_notices",
        "a_lease_survives_its_caller_and_ends_by_itself",
        "another_user_does_not_see_the_scan",
        "writes_and_reads_of_three_centrals_are_told_apart",
        "a_waiting_call_ends_with_timeout",
    ]),
    ("bookworm", "measures, or wants both processors for itself, while the other guest would have to wait", [
        "every_one_of_200_advertisers_is_found_with_the_right_payload",
        "four_clients_each_get_exactly_what_their_filters_let_through",
        "a_weak_device_is_kept_out_by_the_rssi_floor_of_one_client_only",
        "a_stopped_reader_loses_only_its_own_records_exactly_counted",
        "bodies_in_between_move_a_third_as_many_with_preset_retail_as_with_an_average_alone",
    ]),
    ("trixie", "what blehubd computes from reports, whoever told it of them", [
        "a_zone_changes_after_as_many_samples_as_the_average_takes_to_the_border",
        "a_beacon_heard_by_two_adapters_is_one_thing_as_near_as_the_better_one_says",
    ]),
    ("bookworm", "what blehubctl and an example print; that they run on the other guest, cases of links show", [
        "blehubctl_scan_prints_devices_and_sums",
        "blehubctl_scan_as_json_prints_one_object_a_line",
        "blehubctl_discover_and_devices_list_what_is_there",
        "the_busctl_session_of_the_readme_runs",
        "the_example_in_python_prints_reports",
        "the_example_in_node_prints_reports",
        "what_subscribes_prints_values_also_after_a_lost_link",
        "blehubctl_watch_says_how_near_what_has_a_name_is",
    ]),
    ("trixie", "what blehubctl prints and asks; that what it calls works on the other guest, cases of links and of serving show", [
        "blehubctl_explores_reads_writes_and_transacts",
        "blehubctl_holds_a_device_and_says_what_becomes_of_the_link",
        "blehubctl_pair_puts_the_question_to_its_user",
        "blehubctl_serves_a_file_that_a_central_reads_and_writes",
        "blehubctl_advertises_a_beacon_that_is_heard_to_the_byte",
        "blehubctl_switches_the_radio_off_and_what_was_served_comes_back",
    ]),
    ("trixie", "a server of many kinds of attributes; each kind has cases of its own on both guests", [
        "bluez_example_server_is_used_in_all_that_it_offers",
    ]),
    ("bookworm", "what blehubd's own files say to systemd and the bus; that both understand them, the others show", [
        "systemctl_reloads_the_configuration_unless_it_has_a_mistake",
        "the_journal_says_which_adapter_and_what_kind_of_message",
        "another_user_may_not_reload",
        "the_bus_lets_no_other_user_own_the_name",
    ]),
    ("bookworm", "what blehubd refuses before it asks BlueZ", [
        "what_cannot_be_advertised_or_served_never_reaches_bluez",
    ]),
    ("trixie", "whose applications blehubd serves, whatever BlueZ says", [
        "applications_of_several_programs_are_served_at_once_and_go_with_their_own",
    ]),
    ("trixie", "whom blehubd counts as a link's owner, whatever BlueZ says", [
        "a_lease_that_runs_out_drops_the_link",
        "a_link_of_a_daemon_that_was_killed_is_dropped_at_its_next_start",
        "a_hold_that_does_not_reconnect_says_so",
        "a_peer_that_goes_out_of_range_is_lost_and_comes_back",
    ]),
    ("bookworm", "waits for a fixed time, for what is the same everywhere", [
        "the_watchdog_restarts_a_daemon_that_hangs",
        "without_the_socket_a_constant_beacon_is_heard_as_often_as_discoveries_start",
    ]),
    ("bookworm", "what blehubd itself computes, or leaves with the kernel because of BlueZ 5.66", [
        "beacons_by_name_are_heard_to_the_byte",
        "advertisements_of_a_killed_daemon_go_and_nobody_elses",
    ]),
    ("trixie", "what blehubd itself makes of the kernel's bytes", [
        "beacons_of_every_format_are_told_apart_from_all_else",
    ]),
    ("trixie", "waits for a fixed time, for what is the same everywhere", [
        "a_pairing_that_nobody_answers_ends_at_its_deadline",
        "connecting_to_an_absent_device_times_out_and_leaves_nothing_behind",
        "scans_resume_after_bluetoothd_was_stopped_for_ten_seconds",
        "a_scan_that_falls_silent_is_restarted_and_then_the_radio_power_cycled",
        "discover_returns_what_was_heard_while_it_waited",
        "a_peer_that_never_answers_a_discovery_fails_the_connect_at_its_deadline",
    ]),
]


# Those of half a minute or more begin first, so that no machine is still at one when the others are done.
LONG = [
    "a_hundred_times_off_and_on_leave_what_is_served_as_it_was",
    "links_made_and_lost_in_every_way_leave_nothing_behind",
    "three_clients_use_the_same_characteristics_for_half_a_minute",
    "strangers_without_end_leave_memory_where_it_was",
    "a_thousand_writes_at_once_arrive_in_order_and_those_of_the_dead_are_forgotten",
    "a_pairing_that_goes_wrong_says_why_and_can_be_tried_again",
    "a_pairing_that_nobody_answers_ends_at_its_deadline",
    "questions_of_a_pairing_go_to_who_pairs_and_to_nobody_else",
    "eight_links_stay_while_clients_of_one_are_killed_and_leave",
]


def cases():
    """All that run on one guest only."""
    return [name for _, _, names in ON_ONE for name in names]


def guests():
    return [guest for guest, _, _ in ON_ONE]


def chosen(names, guest):
    """Those of the cases that run on this guest, in the order to begin them."""
    elsewhere = {name for other, _, own in ON_ONE if other != guest for name in own}
    return sorted((name for name in names if name not in elsewhere), key=lambda name: name not in LONG)
