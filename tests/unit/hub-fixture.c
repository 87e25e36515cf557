/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "hub-fixture.h"

static const BhHubSettings settings = {
    .max_scans = 4,
    .max_waits = 3,
    .max_streams = 3,
    .max_holds = 3,
    .max_subscriptions = 3,
    .max_operations = 40,
    .max_applications = 2,
    .max_advertisements = 2,
    .max_watches = 3,
    .max_identities = 50,
    .max_links = 2,
    .max_stream_bytes = 8 * 1024 * 1024,
    .max_devices = 100,
    .recovery = {.silent_us = 90 * G_USEC_PER_SEC,
                 .power_cycle_min_us = 300 * G_USEC_PER_SEC,
                 .power_cycle_max_us = 3600 * (gint64)G_USEC_PER_SEC},
    .may_power_cycle = TRUE,
};

void
hub_fixture_init(HubFixture *self)
{
    self->radio = fake_radio_new();
    self->clock = bh_clock_new_manual();
    self->hub = bh_hub_new(BH_RADIO(self->radio), self->clock, &settings);
    self->ann = bh_client_new(":1.1", 1000);
    self->bob = bh_client_new(":1.2", 1001);
    bh_hub_start(self->hub);
    fake_radio_set_bluez(self->radio, TRUE);
    fake_radio_set_adapter(self->radio, 0, "hci0", TRUE);
    fake_radio_sync(self->radio);
}

void
hub_fixture_widen(HubFixture *self, guint limit)
{
    BhHubSettings wide = settings;

    wide.max_waits = wide.max_holds = wide.max_operations = limit;
    wide.max_links = 16;
    bh_hub_configure(self->hub, &wide);
}

void
hub_fixture_clear(HubFixture *self)
{
    bh_client_leave(self->ann);
    bh_client_leave(self->bob);
    bh_hub_stop(self->hub);
    hub_fixture_turn();
    g_clear_object(&self->hub);
    g_clear_object(&self->ann);
    g_clear_object(&self->bob);
    g_clear_object(&self->radio);
    g_clear_pointer(&self->clock, bh_clock_unref);
}

void
hub_fixture_turn(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

BhScan *
hub_fixture_scan(HubFixture *self, BhClient *client, const BhScanSpec *spec)
{
    static const BhScanSpec everything = {0};
    g_autoptr(GError) error = NULL;
    BhScan *scan = bh_hub_add_scan(self->hub,
                                   spec != NULL ? spec : &everything,
                                   client,
                                   BH_LIFETIME_CALLER,
                                   0,
                                   &error);

    g_assert_no_error(error);
    if (fake_radio_wants_scan(self->radio, 0))
        fake_radio_set_adapter(self->radio, 0, "hci0", TRUE); /* tells that it runs */
    return scan;
}

void
hub_fixture_hear(HubFixture *self, guint number, gint8 rssi)
{
    fake_radio_hear(self->radio, 0, number, rssi, NULL, 0, bh_clock_now_us(self->clock));
}

void
hub_fixture_hear_many(HubFixture *self, guint n)
{
    for (guint i = 0; i < n; i++)
        hub_fixture_hear(self, 1, -50);
}

static void
on_waited(GObject *source, GAsyncResult *result, gpointer user_data)
{
    WaitResult *wait = user_data;

    wait->done = TRUE;
    wait->row = bh_scan_wait_finish(BH_SCAN(source), result, &wait->error);
}

void
hub_fixture_wait(BhScan *scan, BhClient *client, gint64 timeout_ms, WaitResult *result)
{
    bh_scan_wait_async(scan, client, timeout_ms, on_waited, result);
    hub_fixture_turn();
}

void
wait_result_clear(WaitResult *self)
{
    g_assert_true(self->done); /* a wait left open would write into a dead frame */
    g_clear_pointer(&self->row, bh_scan_row_free);
    g_clear_error(&self->error);
}
