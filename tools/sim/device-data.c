/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A table per kind, and the dictionaries BlueZ makes of them. */
#include "device-data.h"

static GVariant *
bytes_variant(GBytes *bytes)
{
    return g_variant_new_variant(g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING, bytes, TRUE));
}

static GVariant *
number_dictionary(GHashTable *table, BhEirKind kind)
{
    gboolean company = kind == BH_EIR_MANUFACTURER;
    GVariantBuilder all =
        G_VARIANT_BUILDER_INIT(company ? G_VARIANT_TYPE("a{qv}") : G_VARIANT_TYPE("a{yv}"));
    GHashTableIter iter;
    gpointer key = NULL;
    gpointer value = NULL;

    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        guint number = GPOINTER_TO_UINT(key);

        g_variant_builder_open(&all, company ? G_VARIANT_TYPE("{qv}") : G_VARIANT_TYPE("{yv}"));
        g_variant_builder_add_value(&all,
                                    company ? g_variant_new_uint16((guint16)number)
                                            : g_variant_new_byte((guint8)number));
        g_variant_builder_add_value(&all, bytes_variant(value));
        g_variant_builder_close(&all);
    }
    return g_variant_builder_end(&all);
}

static GVariant *
service_dictionary(GHashTable *table)
{
    GVariantBuilder all = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    GHashTableIter iter;
    gpointer key = NULL;
    gpointer value = NULL;

    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &key, &value))
        g_variant_builder_add(&all, "{s@v}", key, bytes_variant(value));
    return g_variant_builder_end(&all);
}

static void
signal_data(BhDeviceData *self, BhEirKind kind)
{
    static const char *const names[] = {[BH_EIR_MANUFACTURER] = "ManufacturerData",
                                        [BH_EIR_SERVICE] = "ServiceData",
                                        [BH_EIR_OTHER] = "AdvertisingData"};

    bh_props_set(self->props,
                 names[kind],
                 kind == BH_EIR_SERVICE ? service_dictionary(self->tables[kind])
                                        : number_dictionary(self->tables[kind], kind));
}

/* TRUE if the field is new or its data differs. */
static gboolean
keep_field(GHashTable *table, const BhEirField *field)
{
    gpointer key =
        field->kind == BH_EIR_SERVICE ? field->uuid : GUINT_TO_POINTER((guint)field->number);
    GBytes *known = g_hash_table_lookup(table, key);

    if (known != NULL && g_bytes_equal(known, field->data))
        return FALSE;
    if (field->kind == BH_EIR_SERVICE)
        key = g_strdup(field->uuid);
    g_hash_table_replace(table, key, g_bytes_ref(field->data));
    return TRUE;
}

static gboolean
has_fields(const BhEir *eir, BhEirKind kind)
{
    for (guint i = 0; i < eir->fields->len; i++) {
        if (((BhEirField *)eir->fields->pdata[i])->kind == kind)
            return TRUE;
    }
    return FALSE;
}

void
bh_device_data_update(BhDeviceData *self, const BhEir *eir, BhEirKind kind, gboolean every_report)
{
    gboolean changed = FALSE;

    if (!has_fields(eir, kind))
        return;
    if (every_report)
        g_hash_table_remove_all(self->tables[kind]);
    for (guint i = 0; i < eir->fields->len; i++) {
        const BhEirField *field = eir->fields->pdata[i];

        if (field->kind == kind)
            changed |= keep_field(self->tables[kind], field);
    }
    if (changed)
        signal_data(self, kind);
}

void
bh_device_data_init(BhDeviceData *self, BhProps *props)
{
    GDestroyNotify unref = (GDestroyNotify)g_bytes_unref;

    self->props = props;
    self->tables[BH_EIR_MANUFACTURER] = g_hash_table_new_full(NULL, NULL, NULL, unref);
    self->tables[BH_EIR_SERVICE] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref);
    self->tables[BH_EIR_OTHER] = g_hash_table_new_full(NULL, NULL, NULL, unref);
}

void
bh_device_data_clear(BhDeviceData *self)
{
    for (guint kind = 0; kind < G_N_ELEMENTS(self->tables); kind++)
        g_hash_table_unref(self->tables[kind]);
}
