/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One device per address and type, in no order. Rows are made at the end only: most devices are
 * heard very often.
 */
#include "heard.h"

struct BhHeard {
    GHashTable *devices; /* address (in the device) -> BhDevice, whose payload is its own */
};

static void
device_free(BhDevice *device)
{
    g_free(device->payload);
    g_free(device);
}

BhHeard *
bh_heard_new(void)
{
    BhHeard *self = g_new0(BhHeard, 1);

    self->devices =
        g_hash_table_new_full(bh_address_hash, bh_address_equal, NULL, (GDestroyNotify)device_free);
    return self;
}

void
bh_heard_free(BhHeard *self)
{
    g_hash_table_unref(self->devices);
    g_free(self);
}

/* Takes over what the report says; the address, which is the key, stays where it is. */
static void
update(BhDevice *device, const BhPackedRecord *record)
{
    BhStatistics statistics = device->statistics;

    g_free(device->payload);
    bh_packed_record_get_device(record, device);
    device->payload = g_memdup2(device->payload, device->payload_size);
    device->statistics = statistics;
    bh_statistics_add(&device->statistics, record->rssi, record->monotonic_us);
}

gboolean
bh_heard_add(BhHeard *self, const BhPackedRecord *record)
{
    BhDevice *device = g_hash_table_lookup(self->devices, &record->address);
    gboolean is_new = device == NULL;

    if (is_new)
        device = g_new0(BhDevice, 1);
    update(device, record);
    if (is_new)
        g_hash_table_insert(self->devices, &device->address, device);
    return is_new;
}

gboolean
bh_heard_has_row(BhHeard *self, GVariant *row)
{
    const char *text = NULL, *type_text = NULL;
    BhAddressType type = BH_ADDRESS_PUBLIC;
    BhAddress address;

    return g_variant_lookup(row, "Address", "&s", &text) &&
           g_variant_lookup(row, "AddressType", "&s", &type_text) &&
           bh_address_type_from_string(type_text, &type) &&
           bh_address_parse(text, type, &address, NULL) &&
           g_hash_table_contains(self->devices, &address);
}

guint
bh_heard_count(const BhHeard *self)
{
    return g_hash_table_size(self->devices);
}

GVariant *
bh_heard_get_rows(BhHeard *self)
{
    GVariantBuilder rows;
    GHashTableIter iter;
    gpointer value = NULL;

    g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
    g_hash_table_iter_init(&iter, self->devices);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const BhDevice *device = value;

        g_variant_builder_open(&rows, G_VARIANT_TYPE_VARDICT);
        bh_device_add_to_row(device, &rows);
        bh_statistics_add_to_row(&device->statistics, &rows);
        g_variant_builder_close(&rows);
    }
    return g_variant_ref_sink(g_variant_builder_end(&rows));
}
