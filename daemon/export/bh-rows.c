/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The library writes what it knows of a device; this adds the adapter, which only the hub knows.
 */
#include "bh-rows.h"

typedef struct {
    BhHub *hub;
    const BhScanSpec *spec;
    BhFilter *filter;
    GVariantBuilder rows;
} Listing;

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
        g_variant_builder_add(&row, "{sv}", "Merged", g_variant_new_uint32(merged));
    return g_variant_builder_end(&row);
}

GVariant *
bh_row_of_scan(BhHub *hub, const BhScanRow *row)
{
    return build_row(hub, &row->device, &row->statistics, row->merged);
}

static gboolean
list_scan_row(const BhScanRow *row, gpointer user_data)
{
    Listing *listing = user_data;

    g_variant_builder_add_value(&listing->rows,
                                build_row(listing->hub, &row->device, &row->statistics, 0));
    return TRUE;
}

GVariant *
bh_rows_of_scan(BhHub *hub, BhScan *scan)
{
    Listing listing = {.hub = hub};

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
        g_variant_builder_add_value(&listing->rows,
                                    build_row(listing->hub, device, &device->statistics, 0));
    return TRUE;
}

GVariant *
bh_rows_of_table(BhHub *hub, const BhScanSpec *spec, GError **error)
{
    g_autoptr(BhFilter) filter = bh_filter_new(&spec->filter, error);
    Listing listing = {.hub = hub, .spec = spec, .filter = filter};

    if (filter == NULL)
        return NULL;
    g_variant_builder_init(&listing.rows, G_VARIANT_TYPE("aa{sv}"));
    bh_device_table_foreach(bh_hub_peek_table(hub), list_device, &listing);
    return g_variant_builder_end(&listing.rows);
}
