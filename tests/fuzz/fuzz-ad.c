/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Advertising data from the air: the input is a payload for every reader, then two payloads to be
 * merged, then a script of reports for a tiny device table. What must hold whatever the bytes are
 * is asserted.
 */
#include "blehub.h"
#include "fuzz.h"

static void
check_row(GVariantBuilder *builder)
{
    g_autoptr(GVariant) row = g_variant_ref_sink(g_variant_builder_end(builder));
    g_assert_true(g_variant_is_normal_form(row));

    GVariantIter iter;
    const char *key;
    GVariant *value;
    g_variant_iter_init(&iter, row);
    while (g_variant_iter_next(&iter, "{&sv}", &key, &value)) {
        g_autoptr(GVariant) owned = value;
        g_autoptr(GVariant) found = g_variant_lookup_value(row, key, NULL);
        g_assert_true(g_variant_equal(found, owned)); /* each key once */
    }
}

static void
read_payload(const guint8 *bytes, gsize size)
{
    gboolean malformed;
    gsize valid = bh_ad_valid_size(bytes, size, &malformed);
    g_assert_cmpuint(valid, <=, size);
    g_assert_true(!malformed || valid < size);

    gint8 dbm;
    guint8 flags;
    guint16 appearance;
    double ms;
    BhUuid uuid;
    g_autofree char *name = bh_ad_dup_name(bytes, size);
    g_assert_true(name == NULL || g_utf8_validate(name, -1, NULL));
    bh_ad_find_tx_power(bytes, size, &dbm);
    bh_ad_find_appearance(bytes, size, &appearance);
    bh_ad_find_flags(bytes, size, &flags);
    bh_ad_find_advertising_interval(bytes, size, &ms);
    bh_ad_has_manufacturer(bytes, size, 0x004c);
    bh_uuid_parse("180d", &uuid, NULL);
    bh_ad_has_uuid(bytes, size, &uuid);

    g_auto(GVariantBuilder) row = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    bh_ad_add_to_row(bytes, size, &row);
    check_row(&row);
}

static BhAdGroups
groups_in(const guint8 *bytes, gsize size)
{
    BhAdGroups groups = BH_AD_GROUP_NONE;
    BhAdIter iter;
    BhAdStructure structure;
    bh_ad_iter_init(&iter, bytes, size);
    while (bh_ad_iter_next(&iter, &structure))
        groups |= bh_ad_group_of(structure.type);
    return groups;
}

static void
merge_halves(const guint8 *bytes, gsize size)
{
    g_autoptr(GByteArray) once = g_byte_array_new();
    g_autoptr(GByteArray) twice = g_byte_array_new();
    const guint8 *update = bytes + size / 2;
    gsize old_size = size / 2, update_size = size - size / 2;
    BhAdGroups replaced = size > 0 ? bytes[size - 1] : BH_AD_GROUP_NONE;
    gboolean malformed;

    bh_ad_merge(bytes, old_size, replaced, update, update_size, once);
    g_assert_cmpuint(once->len, <=, BH_AD_PAYLOAD_MAX);
    g_assert_cmpuint(bh_ad_valid_size(once->data, once->len, &malformed), ==, once->len);
    g_assert_false(malformed);

    replaced |= groups_in(update, update_size);
    bh_ad_merge(bytes, old_size, replaced, update, update_size, once);
    bh_ad_merge(once->data, once->len, replaced, update, update_size, twice);
    if (size <= BH_AD_PAYLOAD_MAX) /* the same update again says nothing new */
        g_assert_cmpmem(once->data, once->len, twice->data, twice->len);
}

static void
match_filter(const BhDevice *device)
{
    static const guint16 companies[] = {0x004c, 0x0059};
    BhFilterSpec spec = {
        .name_pattern = "*a*?*",
        .address_pattern = "c0:*",
        .manufacturer_ids = (guint16 *)companies,
        .n_manufacturer_ids = G_N_ELEMENTS(companies),
    };
    g_autoptr(BhFilter) filter = bh_filter_new(&spec, NULL);
    spec.n_manufacturer_ids = 0;
    g_autoptr(BhFilter) wider = bh_filter_new(&spec, NULL);

    g_assert_true(!bh_filter_matches(filter, device) || bh_filter_matches(wider, device));
}

static gboolean
check_device(BhDevice *device, gpointer user_data)
{
    g_auto(GVariantBuilder) row = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_assert_cmpuint(device->payload_size, <=, BH_AD_PAYLOAD_MAX);
    bh_device_add_to_row(device, &row);
    check_row(&row);
    match_filter(device);
    ++*(guint *)user_data;
    return TRUE;
}

/* One step of the script: four bytes that say what, then the payload of a report. */
typedef struct {
    guint8 verb, device, replaced, size;
    const guint8 *data;
} Step;

/* What the table knows of a beacon is what is there, however the payload came about. */
static void
check_beacon(const BhDevice *device)
{
    BhBeacon beacon;
    gboolean found = bh_beacon_find(device->payload, device->payload_size, &beacon);

    g_assert_cmpuint(device->beacon, ==, found ? BH_BEACON_BIT(beacon.type) : 0);
}

static void
report(BhDeviceTable *table, const Step *step, gint64 time_us)
{
    BhReport heard = {
        .address = {{0xc0, 0, 0, 0, 0, step->device % 8}, BH_ADDRESS_RANDOM},
        .rssi = (gint8)(step->verb ^ step->device),
        .replaced = step->verb & 0x40 ? BH_AD_GROUP_ALL : step->replaced,
        .raw = (step->verb & 0x80) != 0,
        .part = step->replaced % 3,
        .data = step->data,
        .size = step->size,
        .monotonic_us = time_us,
    };
    BhDeviceChange change;
    const BhDevice *device = bh_device_table_update(table, &heard, &change);
    g_assert_true(bh_address_equal(&device->address, &heard.address));
    g_assert_true(bh_device_table_peek_slot(table, device->slot, device->generation) == device);
    check_beacon(device);

    gboolean believed_in_the_end = heard.raw && heard.part != BH_REPORT_SCAN_RESPONSE;
    device = bh_device_table_update(table, &heard, &change);
    g_assert_true(believed_in_the_end || change == BH_DEVICE_CHANGE_NONE); /* nothing new now */
    g_assert_cmpuint(device->raw ? device->advertising_size : 0, <=, device->payload_size);
}

static void
play_step(BhDeviceTable *table, const Step *step, gint64 time_us)
{
    if (step->verb % 8 == 2)
        bh_device_table_set_max_rows(table, 1 + step->device % 4);
    else
        report(table, step, time_us);
}

static void
play_script(const guint8 *bytes, gsize size)
{
    g_autoptr(BhDeviceTable) table = bh_device_table_new(3);
    gint64 time_us = 1;

    while (size >= 4) {
        Step step = {bytes[0], bytes[1], bytes[2], (guint8)MIN(bytes[3], size - 4), bytes + 4};
        play_step(table, &step, time_us++);
        bytes += 4 + step.size;
        size -= 4 + step.size;
    }
    guint n = 0;
    bh_device_table_foreach(table, check_device, &n);
    g_assert_cmpuint(n, ==, bh_device_table_size(table));
    g_assert_cmpuint(n, <=, 8);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_payload(data, size);
    merge_halves(data, size);
    play_script(data, size);
    return 0;
}
