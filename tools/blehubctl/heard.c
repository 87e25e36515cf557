/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One entry per identity, in no order.
 */
#include "heard.h"

#include "bh-report.h"
#include "bh-statistics.h"
#include "row-text.h"

typedef struct {
    GVariant *row; /* newest */
    BhStatistics statistics;
} Device;

struct BhHeard {
    GHashTable *devices; /* identity -> Device */
};

static void
device_free(Device *self)
{
    g_variant_unref(self->row);
    g_free(self);
}

BhHeard *
bh_heard_new(void)
{
    BhHeard *self = g_new0(BhHeard, 1);

    self->devices =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)device_free);
    return self;
}

void
bh_heard_free(BhHeard *self)
{
    g_hash_table_unref(self->devices);
    g_free(self);
}

static void
count(Device *device)
{
    gint16 rssi = BH_RSSI_UNKNOWN;
    gint64 monotonic_us = 0;

    g_variant_lookup(device->row, "RSSI", "n", &rssi);
    g_variant_lookup(device->row, "TimestampMonotonic", "x", &monotonic_us);
    bh_statistics_add(&device->statistics, (gint8)rssi, monotonic_us);
}

gboolean
bh_heard_add(BhHeard *self, GVariant *row)
{
    g_autofree char *identity = bh_row_dup_identity(row);
    Device *device = g_hash_table_lookup(self->devices, identity);
    gboolean is_new = device == NULL;

    if (is_new) {
        device = g_new0(Device, 1);
        g_hash_table_insert(self->devices, g_steal_pointer(&identity), device);
    }
    g_clear_pointer(&device->row, g_variant_unref);
    device->row = g_variant_ref(row);
    count(device);
    return is_new;
}

gboolean
bh_heard_has(BhHeard *self, GVariant *row)
{
    g_autofree char *identity = bh_row_dup_identity(row);

    return g_hash_table_contains(self->devices, identity);
}

guint
bh_heard_count(const BhHeard *self)
{
    return g_hash_table_size(self->devices);
}

static GVariant *
row_with_statistics(const Device *device)
{
    GVariantBuilder builder;
    GVariantIter iter;
    GVariant *entry;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    g_variant_iter_init(&iter, device->row);
    while ((entry = g_variant_iter_next_value(&iter)) != NULL) {
        g_variant_builder_add_value(&builder, entry);
        g_variant_unref(entry);
    }
    bh_statistics_add_to_row(&device->statistics, &builder);
    return g_variant_builder_end(&builder);
}

GVariant *
bh_heard_get_rows(BhHeard *self)
{
    GVariantBuilder rows;
    GHashTableIter iter;
    gpointer device = NULL;

    g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
    g_hash_table_iter_init(&iter, self->devices);
    while (g_hash_table_iter_next(&iter, NULL, &device))
        g_variant_builder_add_value(&rows, row_with_statistics(device));
    return g_variant_ref_sink(g_variant_builder_end(&rows));
}
