/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How well each adapter hears each device: what the device table, which keeps the newest report
 * only, does not tell. An array beside the table, made when there is a second adapter.
 */
#include "bh-device-table.h"

G_BEGIN_DECLS

/* What was heard longer ago says nothing. */
#define BH_HEARING_LASTS_MS 60000

typedef struct BhHearing BhHearing;

BhHearing *bh_hearing_new(void);
void bh_hearing_free(BhHearing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhHearing, bh_hearing_free)

void bh_hearing_note(BhHearing *self, const BhDevice *device, const BhReport *report);

/* FALSE if this adapter has not heard the device lately, or not how loud. */
gboolean
bh_hearing_get(BhHearing *self, const BhDevice *device, guint8 slot, gint64 now_us, gint8 *rssi);

G_END_DECLS
