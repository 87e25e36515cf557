/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Seconds are exact enough for "lately" and take half the room.
 */
#include "bh-hearing.h"

#define MAX_SLOTS 16 /* of BhReport.adapter */

typedef struct {
    guint32 generation; /* of the row in the device table */
    guint32 heard_s[MAX_SLOTS];
    gint8 rssi[MAX_SLOTS];
} Entry;

struct BhHearing {
    GArray *entries; /* Entry, by slot of the device table */
};

static guint32
seconds(gint64 us)
{
    return (guint32)(us / G_USEC_PER_SEC);
}

void
bh_hearing_note(BhHearing *self, const BhDevice *device, const BhReport *report)
{
    Entry *entry;

    if (report->rssi == BH_RSSI_UNKNOWN || report->adapter >= MAX_SLOTS)
        return;
    if (device->slot >= self->entries->len)
        g_array_set_size(self->entries, device->slot + 1);
    entry = &g_array_index(self->entries, Entry, device->slot);
    if (entry->generation != device->generation)
        *entry = (Entry){.generation = device->generation};
    entry->heard_s[report->adapter] = seconds(report->monotonic_us);
    entry->rssi[report->adapter] = report->rssi;
}

gboolean
bh_hearing_get(BhHearing *self, const BhDevice *device, guint8 slot, gint64 now_us, gint8 *rssi)
{
    const Entry *entry;

    if (device->slot >= self->entries->len || slot >= MAX_SLOTS)
        return FALSE;
    entry = &g_array_index(self->entries, Entry, device->slot);
    if (entry->generation != device->generation || entry->heard_s[slot] == 0 ||
        seconds(now_us) - entry->heard_s[slot] > BH_HEARING_LASTS_MS / 1000)
        return FALSE;
    *rssi = entry->rssi[slot];
    return TRUE;
}

BhHearing *
bh_hearing_new(void)
{
    BhHearing *self = g_new0(BhHearing, 1);

    self->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
    return self;
}

void
bh_hearing_free(BhHearing *self)
{
    g_array_unref(self->entries);
    g_free(self);
}
