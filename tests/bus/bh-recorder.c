/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Everything told becomes text or a plain field, so that a test compares in one line.
 */
#include "bh-recorder.h"

#include <check.h>

const BhBluezTiming bh_recorder_timing = {
    .call_ms = 150,
    .tree_ms = 150,
    .check_ms = 150,
    .mgmt_ms = 150,
    .gatt_ms = 5000,
    .retry_ms = 1,
    .doubt_ms = 250, /* there is time to do something during a doubt */
    .power_cycle_ms = 300,
    .backoff_min_ms = 10,
    .backoff_max_ms = 40,
    .batch_ms = 0,
    .register_max_ms = 40,
};

/* Sink */

G_GNUC_PRINTF(2, 3)
static void
note(BhRecorder *self, const char *format, ...)
{
    va_list arguments;

    if (self->events->len > 0)
        g_string_append_c(self->events, ' ');
    va_start(arguments, format);
    g_string_append_vprintf(self->events, format, arguments);
    va_end(arguments);
}

static void
on_bluez(gpointer data, gboolean present, const char *version)
{
    BhRecorder *self = data;

    self->bluez_present = present;
    note(self, "bluez%c", present ? '+' : '-');
}

static void
on_adapter(gpointer data, const BhRadioAdapter *adapter)
{
    BhRecorder *self = data;
    BhRecordedAdapter *recorded = &self->adapters[adapter->slot];

    if (!recorded->present)
        note(self, "adapter%u+", adapter->slot);
    recorded->present = TRUE;
    recorded->powered = adapter->powered;
    recorded->discovering = adapter->discovering;
    recorded->scan = adapter->scan;
    recorded->roles = g_strv_length((char **)adapter->roles);
    g_free(recorded->name);
    recorded->name = g_strdup(adapter->name);
    g_free(recorded->error);
    recorded->error = g_strdup(adapter->scan_error);
}

static void
clear_adapter(BhRecordedAdapter *recorded)
{
    g_free(recorded->name);
    g_free(recorded->error);
    *recorded = (BhRecordedAdapter){0};
}

static void
on_adapter_removed(gpointer data, guint8 slot)
{
    BhRecorder *self = data;

    ck_assert(self->adapters[slot].present);
    clear_adapter(&self->adapters[slot]);
    note(self, "adapter%u-", slot);
}

static void
on_report(gpointer data, const BhReport *report)
{
    BhRecorder *self = data;
    char address[BH_ADDRESS_TEXT_SIZE];
    GString *text = g_string_new(NULL);

    ck_assert(self->adapters[report->adapter].present);
    ck_assert(!report->raw);
    ck_assert_int_gt(report->monotonic_us, 0);
    ck_assert_int_gt(report->realtime_us, 0);
    self->drains += report->monotonic_us != self->drained_us;
    self->drained_us = report->monotonic_us;
    bh_address_format(&report->address, address);
    g_string_append_printf(text,
                           "%s %s %u %d %02x ",
                           address,
                           bh_address_type_to_string(report->address.type),
                           report->adapter,
                           report->rssi,
                           (guint)report->replaced);
    for (gsize i = 0; i < report->size; i++)
        g_string_append_printf(text, "%02x", report->data[i]);
    g_ptr_array_add(self->reports, g_string_free(text, FALSE));
}

static void
on_synced(gpointer data)
{
    BhRecorder *self = data;

    self->synced++;
    note(self, "synced");
}

static void
on_capabilities(gpointer data, BhRadioCapabilities capabilities)
{
    BhRecorder *self = data;

    self->capabilities = capabilities;
}

static const BhRadioSink sink = {
    .bluez_changed = on_bluez,
    .adapter_changed = on_adapter,
    .adapter_removed = on_adapter_removed,
    .report = on_report,
    .synced = on_synced,
    .capabilities_changed = on_capabilities,
};

static void
on_lost(BhBluez *bluez, gpointer data)
{
    BhRecorder *self = data;

    self->lost = TRUE;
}

/* Life */

void
bh_recorder_init(BhRecorder *self, const char *address, const BhBluezTiming *timing)
{
    g_autoptr(GError) error = NULL;

    *self = (BhRecorder){.bluez = bh_bluez_new(address, &error)};
    ck_assert_msg(self->bluez != NULL, "%s", error != NULL ? error->message : "");
    self->events = g_string_new(NULL);
    self->reports = g_ptr_array_new_with_free_func(g_free);
    bh_bluez_set_timing(self->bluez, timing != NULL ? timing : &bh_recorder_timing);
    g_signal_connect(self->bluez, "lost", G_CALLBACK(on_lost), self);
}

void
bh_recorder_start(BhRecorder *self)
{
    bh_radio_start(BH_RADIO(self->bluez), &sink, self);
}

void
bh_recorder_clear(BhRecorder *self)
{
    if (self->bluez == NULL)
        return;
    bh_radio_stop(BH_RADIO(self->bluez));
    g_clear_object(&self->bluez);
    g_string_free(self->events, TRUE);
    g_ptr_array_unref(self->reports);
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        clear_adapter(&self->adapters[i]);
}

/* What the hub would do */

void
bh_recorder_scan_for(BhRecorder *self, guint8 slot, const char *texts, gint rssi)
{
    g_auto(GStrv) words = g_strsplit(texts, " ", -1);
    g_autoptr(GArray) uuids = g_array_new(FALSE, FALSE, sizeof(BhUuid));

    for (char **word = words; *word != NULL && **word != '\0'; word++) {
        BhUuid uuid;
        ck_assert(bh_uuid_parse(*word, &uuid, NULL));
        g_array_append_val(uuids, uuid);
    }
    BhRadioScanDemand demand = {
        .uuids = (const BhUuid *)(gpointer)uuids->data,
        .n_uuids = uuids->len,
        .has_rssi = rssi != 0,
        .rssi = rssi,
    };
    bh_radio_set_scan(BH_RADIO(self->bluez), slot, &demand);
}

void
bh_recorder_scan(BhRecorder *self, guint8 slot)
{
    bh_recorder_scan_for(self, slot, "", 0);
}

void
bh_recorder_stop_scan(BhRecorder *self, guint8 slot)
{
    bh_radio_set_scan(BH_RADIO(self->bluez), slot, NULL);
}

gboolean
bh_recorder_is_running(BhRecorder *self, guint8 slot)
{
    return self->adapters[slot].scan == BH_RADIO_SCAN_RUNNING;
}

const char *
bh_recorder_peek_report(BhRecorder *self)
{
    return self->reports->len > 0 ? self->reports->pdata[self->reports->len - 1] : "";
}

guint64
bh_recorder_count_malformed(BhRecorder *self)
{
    BhRadioCounters counters;

    bh_radio_get_counters(BH_RADIO(self->bluez), &counters);
    return counters.malformed;
}

/* Outcomes */

void
bh_outcome_on_power_cycle(GObject *source, GAsyncResult *result, gpointer data)
{
    BhOutcome *outcome = data;

    bh_radio_power_cycle_finish(BH_RADIO(source), result, &outcome->error);
    outcome->done = TRUE;
}

void
bh_outcome_on_check(GObject *source, GAsyncResult *result, gpointer data)
{
    BhOutcome *outcome = data;

    bh_radio_check_finish(BH_RADIO(source), result, &outcome->error);
    outcome->done = TRUE;
}

void
bh_outcome_clear(BhOutcome *self)
{
    g_clear_error(&self->error);
}
