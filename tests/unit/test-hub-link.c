/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What befell links: a short memory, and words for it.
 */
#include "bh-link.h"
#include "test-main.h"

static BhLinkEvent
lost(guint8 last, gint64 time_us)
{
    return (BhLinkEvent){
        .happened = BH_LINK_DISCONNECTED,
        .address = {{0xc0, 0, 0, 0, 0, last}, BH_ADDRESS_RANDOM},
        .cause = BH_LINK_CAUSE_TIMEOUT,
        .code = 1,
        .monotonic_us = time_us,
    };
}

START_TEST(only_the_newest_event_of_the_same_device_and_adapter_counts)
{
    BhLinkLog log = {0};
    BhLinkEvent event = lost(1, 10);

    ck_assert_ptr_null(bh_link_log_find(&log, 0, &event.address, 0));
    bh_link_log_add(&log, &event);
    event.cause = BH_LINK_CAUSE_REMOTE;
    event.monotonic_us = 20;
    bh_link_log_add(&log, &event);
    BhLinkEvent other = lost(2, 30);
    bh_link_log_add(&log, &other);

    ck_assert_int_eq(bh_link_log_find(&log, 0, &event.address, 0)->cause, BH_LINK_CAUSE_REMOTE);
    ck_assert_ptr_nonnull(bh_link_log_find(&log, 0, &event.address, 20));
    ck_assert_ptr_null(bh_link_log_find(&log, 0, &event.address, 21));
    ck_assert_ptr_null(bh_link_log_find(&log, 1, &event.address, 0));
    event.address.type = BH_ADDRESS_PUBLIC;
    ck_assert_ptr_null(bh_link_log_find(&log, 0, &event.address, 0));
}
END_TEST

START_TEST(old_events_make_room)
{
    BhLinkLog log = {0};

    for (guint i = 0; i <= BH_LINK_LOG_SIZE; i++) {
        BhLinkEvent event = lost((guint8)i, i);
        bh_link_log_add(&log, &event);
    }
    BhLinkEvent first = lost(0, 0), second = lost(1, 0);
    ck_assert_ptr_null(bh_link_log_find(&log, 0, &first.address, 0));
    ck_assert_ptr_nonnull(bh_link_log_find(&log, 0, &second.address, 0));
}
END_TEST

START_TEST(events_are_told_in_words)
{
    BhLinkEvent event = lost(1, 0);
    g_autofree char *down = bh_link_event_dup_text(&event);
    event.happened = BH_LINK_CONNECT_FAILED;
    event.cause = BH_LINK_CAUSE_NO_RESOURCES;
    event.code = 7;
    g_autofree char *failed = bh_link_event_dup_text(&event);
    event.happened = BH_LINK_CONNECTED;
    g_autofree char *by_device = bh_link_event_dup_text(&event);
    event.initiated_here = TRUE;
    g_autofree char *by_us = bh_link_event_dup_text(&event);

    ck_assert_str_eq(down, "disconnected: timeout (code 1)");
    ck_assert_str_eq(failed, "connecting failed: no-resources (code 7)");
    ck_assert_str_eq(by_device, "connected by the device");
    ck_assert_str_eq(by_us, "connected by this machine");
}
END_TEST

BH_TEST_MAIN("hub-link",
             only_the_newest_event_of_the_same_device_and_adapter_counts,
             old_events_make_room,
             events_are_told_in_words)
