/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The library writes what it knows of a device; this adds the adapter, which only the hub knows.
 */
#include "bh-rows.h"

typedef struct {
    guint32 slot;
    guint32 generation;
} RowRef;

struct BhRowList {
    BhHub *hub;       /* borrowed: outlives the list */
    BhScan *scan;     /* NULL: the rows are the device table's */
    BhFilter *filter; /* of the table's rows; NULL for a scan's */
    BhScanSpec spec;  /* its adapter only */
    gboolean hex_keys;
    GArray *refs; /* RowRef, most recently heard first */
};

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

/* Lists */

static BhRowList *
row_list_new(BhHub *hub, gboolean hex_keys)
{
    BhRowList *self = g_new0(BhRowList, 1);

    self->hub = hub;
    self->hex_keys = hex_keys;
    self->refs = g_array_new(FALSE, FALSE, sizeof(RowRef));
    return self;
}

void
bh_row_list_free(BhRowList *self)
{
    g_clear_object(&self->scan);
    g_clear_pointer(&self->filter, bh_filter_free);
    g_array_unref(self->refs);
    g_free(self);
}

static void
add_ref(BhRowList *self, const BhDevice *device)
{
    RowRef ref = {device->slot, device->generation};

    g_array_append_val(self->refs, ref);
}

static gboolean
add_scan_row(const BhScanRow *row, gpointer user_data)
{
    add_ref(user_data, &row->device);
    return TRUE;
}

BhRowList *
bh_row_list_of_scan(BhHub *hub, BhScan *scan, gboolean hex_keys)
{
    BhRowList *self = row_list_new(hub, hex_keys);

    self->scan = g_object_ref(scan);
    bh_scan_foreach(scan, add_scan_row, self);
    return self;
}

static gboolean
add_device(BhDevice *device, gpointer user_data)
{
    add_ref(user_data, device);
    return TRUE;
}

BhRowList *
bh_row_list_of_table(BhHub *hub, const BhScanSpec *spec, gboolean hex_keys, GError **error)
{
    g_autoptr(BhFilter) filter = bh_filter_new(&spec->filter, error);
    BhRowList *self;

    if (filter == NULL)
        return NULL;
    self = row_list_new(hub, hex_keys);
    self->filter = g_steal_pointer(&filter);
    self->spec.has_adapter = spec->has_adapter;
    self->spec.adapter = spec->adapter;
    bh_device_table_foreach(bh_hub_peek_table(hub), add_device, self);
    return self;
}

guint
bh_row_list_get_length(const BhRowList *self)
{
    return self->refs->len;
}

static GVariant *
build_scan_row(const BhRowList *self, const BhDevice *device)
{
    BhScanRow row;

    if (!bh_scan_get_row(self->scan, device, &row))
        return NULL;
    return build_row(self->hub, &row.device, &row.statistics, 0);
}

static GVariant *
build_table_row(const BhRowList *self, const BhDevice *device)
{
    BhAdapter *adapter = bh_hub_peek_adapter(self->hub, device->adapter);

    if (adapter == NULL || !bh_scan_spec_wants(&self->spec, adapter) ||
        !bh_filter_matches(self->filter, device))
        return NULL;
    return build_row(self->hub, device, &device->statistics, 0);
}

GVariant *
bh_row_list_build(gpointer list, guint i)
{
    const BhRowList *self = list;
    const RowRef *ref = &g_array_index(self->refs, RowRef, i);
    const BhDevice *device =
        bh_device_table_peek_slot(bh_hub_peek_table(self->hub), ref->slot, ref->generation);
    GVariant *row;

    if (device == NULL)
        return NULL; /* forgotten meanwhile */
    row = self->scan != NULL ? build_scan_row(self, device) : build_table_row(self, device);
    return row != NULL && self->hex_keys ? row_with_hex_keys(row) : row;
}
