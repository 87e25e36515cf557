/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How raw reports of one device make up its payload: advertising data first, behind it the scan
 * response if that is known apart. Internal to the device table.
 */
#include "bh-device-table.h"

G_BEGIN_DECLS

/* So many reports in a row that are only the beginning of a joined payload, and it is believed that
 * the rest is gone for good. */
#define BH_DEVICE_RAW_SHORTER_MAX 64

/** Whether the report carries a part of the payload that is to be kept to the byte, malformed or
 * not. */
gboolean bh_device_raw_is_part(const BhReport *report);

/** Takes over a report of which bh_device_raw_is_part() holds: sets raw, merged and
 * advertising_size of the device and writes what its payload becomes to out. Returns FALSE if that
 * is what it is already; out may not have been written then. shorter counts reports that were
 * shorter than the joined payload; it belongs to the device and starts at 0. */
gboolean
bh_device_raw_take(BhDevice *device, guint8 *shorter, const BhReport *report, GByteArray *out);

G_END_DECLS
