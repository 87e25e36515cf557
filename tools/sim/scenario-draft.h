/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A device group while it is read, and the readers of its keys about payload and signal. */
#include "scenario.h"

G_BEGIN_DECLS

#define BH_DRAFT_FLAGS_DEFAULT (-2) /* what fits the type of PDU */

typedef struct {
    BhScenarioDevice *device; /* the fields that clones share */
    char *address;
    BhAddressType address_type;
    char *name;
    gint64 count;
    gint64 flags;
    GByteArray *structures;
    GPtrArray *manufacturer;
    gboolean counter;
    GByteArray *raw_advertising; /* NULL = put together */
    GByteArray *raw_scan_response;
} BhDeviceDraft;

/* BhKeyReader of the key each is named after; draft is a BhDeviceDraft. */
gboolean bh_draft_read_uuids(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_manufacturer_data(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_service_data(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_tx_power(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_appearance(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_flags(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_advertising(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_scan_response(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_rssi(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_rssi_walk(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_rssi_path(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_path_offset(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_rssi_noise(gpointer draft, const char *text, GError **error);
gboolean bh_draft_read_rssi_dips(gpointer draft, const char *text, GError **error);

G_END_DECLS
