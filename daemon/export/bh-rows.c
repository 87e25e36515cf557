/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The library writes what it knows of a device; this adds the adapter, which only the hub knows.
 */
#include "bh-rows.h"

typedef struct {
    BhHub *hub;
    const BhScanSpec *spec;
    BhFilter *filter;
    gboolean hex_keys;
    GVariantBuilder rows;
} Listing;

/* Hex keys */

static char *
dup_hex_key(GVariant *key)
{
    if (g_variant_is_of_type(key, G_VARIANT_TYPE_UINT16))
        return g_strdup_printf("%04x", g_variant_get_uint16(key));
    return g_strdup_printf("%02x", g_variant_get_byte(key));
}

static GVariant *
with_hex_keys(GVariant *dict)
{
    g_auto(GVariantDict) named = G_VARIANT_DICT_INIT(NULL);

    for (gsize i = 0; i < g_variant_n_children(dict); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(dict, i);
        g_autoptr(GVariant) key = g_variant_get_child_value(entry, 0);
        g_autoptr(GVariant) boxed = g_variant_get_child_value(entry, 1);
        g_autoptr(GVariant) value = g_variant_get_variant(boxed);
        g_autofree char *name = dup_hex_key(key);

        g_variant_dict_insert_value(&named, name, value);
    }
    return g_variant_dict_end(&named);
}

static GVariant *
row_with_hex_keys(GVariant *row)
{
    static const char *const keys[] = {"ManufacturerData", "Data"};
    g_autoptr(GVariant) owned = g_variant_ref_sink(row);
    g_auto(GVariantDict) dict = G_VARIANT_DICT_INIT(owned);

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GVariant) numbered = g_variant_dict_lookup_value(&dict, keys[i], NULL);

        if (numbered != NULL)
            g_variant_dict_insert_value(&dict, keys[i], with_hex_keys(numbered));
    }
    return g_variant_dict_end(&dict);
}

/* Rows */

static GVariant *
build_row(BhHub *hub, const BhDevice *device, const BhStatistics *statistics, guint32 merged)
{
    BhAdapter *adapter = bh_hub_peek_adapter(hub, device->adapter);
    GVariantBuilder row;

    g_variant_builder_init(&row, G_VARIANT_TYPE_VARDICT);
    bh_device_add_to_row(device, &row);
    if (adapter != NULL)
        g_variant_builder_add(&row,
                              "{sv}",
                              "Adapter",
                              g_variant_new_string(bh_adapter_get_address_text(adapter)));
    bh_statistics_add_to_row(statistics, &row);
    if (merged > 1)
        g_variant_builder_add(&row, "{sv}", "Reports", g_variant_new_uint32(merged));
    return g_variant_builder_end(&row);
}

GVariant *
bh_row_of_scan(BhHub *hub, const BhScanRow *row, gboolean hex_keys)
{
    GVariant *built = build_row(hub, &row->device, &row->statistics, row->merged);

    return hex_keys ? row_with_hex_keys(built) : built;
}

static void
list_row(Listing *listing, const BhDevice *device, const BhStatistics *statistics)
{
    GVariant *row = build_row(listing->hub, device, statistics, 0);

    g_variant_builder_add_value(&listing->rows, listing->hex_keys ? row_with_hex_keys(row) : row);
}

static gboolean
list_scan_row(const BhScanRow *row, gpointer user_data)
{
    Listing *listing = user_data;

    list_row(listing, &row->device, &row->statistics);
    return TRUE;
}

GVariant *
bh_rows_of_scan(BhHub *hub, BhScan *scan, gboolean hex_keys)
{
    Listing listing = {.hub = hub, .hex_keys = hex_keys};

    g_variant_builder_init(&listing.rows, G_VARIANT_TYPE("aa{sv}"));
    bh_scan_foreach(scan, list_scan_row, &listing);
    return g_variant_builder_end(&listing.rows);
}

static gboolean
is_wanted(const Listing *listing, const BhDevice *device)
{
    BhAdapter *adapter = bh_hub_peek_adapter(listing->hub, device->adapter);

    if (listing->spec->has_adapter &&
        (adapter == NULL ||
         !bh_address_equal(&listing->spec->adapter, bh_adapter_get_address(adapter))))
        return FALSE;
    return bh_filter_matches(listing->filter, device);
}

static gboolean
list_device(BhDevice *device, gpointer user_data)
{
    Listing *listing = user_data;

    if (is_wanted(listing, device))
        list_row(listing, device, &device->statistics);
    return TRUE;
}

GVariant *
bh_rows_of_table(BhHub *hub, const BhScanSpec *spec, gboolean hex_keys, GError **error)
{
    g_autoptr(BhFilter) filter = bh_filter_new(&spec->filter, error);
    Listing listing = {.hub = hub, .spec = spec, .filter = filter, .hex_keys = hex_keys};

    if (filter == NULL)
        return NULL;
    g_variant_builder_init(&listing.rows, G_VARIANT_TYPE("aa{sv}"));
    bh_device_table_foreach(bh_hub_peek_table(hub), list_device, &listing);
    return g_variant_builder_end(&listing.rows);
}
