/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The rules of bluetoothd, its surprises included: a client without RSSI lifts everybody's
 * threshold, and its own check of RSSI and path loss never fails, so that only the kernel's
 * threshold filters.
 */
#include "discovery-filter.h"

#include "bh-uuid.h"

#include <string.h>

#define RSSI_MIN (-127)
#define RSSI_MAX 20
#define PATHLOSS_MAX 137

typedef gboolean (*Reader)(BhDiscoveryFilter *filter, GVariant *value);

static gboolean
read_uuids(BhDiscoveryFilter *filter, GVariant *value)
{
    g_autofree const char **texts = g_variant_get_strv(value, NULL);
    g_autoptr(GStrvBuilder) uuids = g_strv_builder_new();

    for (guint i = 0; texts[i] != NULL; i++) {
        char text[BH_UUID_TEXT_SIZE];
        BhUuid uuid;

        if (!bh_uuid_parse(texts[i], &uuid, NULL))
            return FALSE;
        bh_uuid_format(&uuid, text);
        g_strv_builder_add(uuids, text);
    }
    g_strfreev(filter->uuids);
    filter->uuids = texts[0] != NULL ? g_strv_builder_end(uuids) : NULL;
    return TRUE;
}

static gboolean
read_rssi(BhDiscoveryFilter *filter, GVariant *value)
{
    filter->has_rssi = TRUE;
    filter->rssi = g_variant_get_int16(value);
    return filter->rssi >= RSSI_MIN && filter->rssi <= RSSI_MAX;
}

static gboolean
read_pathloss(BhDiscoveryFilter *filter, GVariant *value)
{
    filter->has_pathloss = TRUE;
    filter->pathloss = g_variant_get_uint16(value);
    return filter->pathloss <= PATHLOSS_MAX;
}

static gboolean
read_transport(BhDiscoveryFilter *filter, GVariant *value)
{
    const char *transport = g_variant_get_string(value, NULL);

    filter->le = !g_str_equal(transport, "bredr");
    return !filter->le || g_str_equal(transport, "le") || g_str_equal(transport, "auto");
}

static gboolean
read_duplicate_data(BhDiscoveryFilter *filter, GVariant *value)
{
    filter->duplicate_data = g_variant_get_boolean(value);
    return TRUE;
}

static gboolean
read_discoverable(BhDiscoveryFilter *filter, GVariant *value)
{
    filter->discoverable = g_variant_get_boolean(value);
    return TRUE;
}

static gboolean
read_pattern(BhDiscoveryFilter *filter, GVariant *value)
{
    g_free(filter->pattern);
    filter->pattern = g_variant_dup_string(value, NULL);
    return TRUE;
}

static const struct {
    const char *key;
    const char *type;
    Reader read;
} KEYS[] = {
    {"UUIDs", "as", read_uuids},
    {"RSSI", "n", read_rssi},
    {"Pathloss", "q", read_pathloss},
    {"Transport", "s", read_transport},
    {"DuplicateData", "b", read_duplicate_data},
    {"Discoverable", "b", read_discoverable},
    {"Pattern", "s", read_pattern},
};

static gboolean
read_entry(BhDiscoveryFilter *filter, const char *key, GVariant *value)
{
    for (gsize i = 0; i < G_N_ELEMENTS(KEYS); i++) {
        if (g_str_equal(KEYS[i].key, key))
            return g_variant_is_of_type(value, G_VARIANT_TYPE(KEYS[i].type)) &&
                   KEYS[i].read(filter, value);
    }
    return FALSE;
}

BhDiscoveryFilter *
bh_discovery_filter_parse(GVariant *options)
{
    g_autoptr(BhDiscoveryFilter) filter = g_new0(BhDiscoveryFilter, 1);
    gsize n = g_variant_n_children(options);

    filter->le = TRUE;
    for (gsize i = 0; i < n; i++) {
        g_autofree char *key = NULL;
        g_autoptr(GVariant) value = NULL;

        g_variant_get_child(options, i, "{sv}", &key, &value);
        if (!read_entry(filter, key, value))
            return NULL;
    }
    return filter->has_rssi && filter->has_pathloss ? NULL : g_steal_pointer(&filter);
}

void
bh_discovery_filter_free(BhDiscoveryFilter *filter)
{
    g_strfreev(filter->uuids);
    g_free(filter->pattern);
    g_free(filter);
}

static gboolean
asks_for_nothing(const BhDiscoveryFilter *filter)
{
    return filter->uuids == NULL && !filter->has_rssi && !filter->has_pathloss &&
           !filter->duplicate_data && filter->pattern == NULL && filter->le;
}

static gint
compare_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All UUIDs asked for, sorted, each once; NULL if a client asked for none in particular. */
static GStrv
merge_uuids(const GPtrArray *filters)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    g_autoptr(GStrvBuilder) merged = g_strv_builder_new();

    for (guint i = 0; i < filters->len; i++) {
        const BhDiscoveryFilter *filter = filters->pdata[i];

        if (filter->uuids == NULL)
            return NULL;
        for (guint k = 0; filter->uuids[k] != NULL; k++)
            g_ptr_array_add(all, filter->uuids[k]);
    }
    g_ptr_array_sort(all, compare_text);
    for (guint i = 0; i < all->len; i++) {
        if (i == 0 || !g_str_equal(all->pdata[i], all->pdata[i - 1]))
            g_strv_builder_add(merged, all->pdata[i]);
    }
    return g_strv_builder_end(merged);
}

static gint
merge_rssi(const GPtrArray *filters)
{
    gint lowest = RSSI_MAX;

    for (guint i = 0; i < filters->len; i++) {
        const BhDiscoveryFilter *filter = filters->pdata[i];

        if (!filter->has_rssi)
            return BH_RSSI_NO_THRESHOLD;
        lowest = MIN(lowest, filter->rssi);
    }
    return lowest;
}

BhKernelFilter *
bh_kernel_filter_merge(const GPtrArray *filters, gboolean skip_empty)
{
    g_autoptr(GPtrArray) real = g_ptr_array_new();
    BhKernelFilter *merged = g_new0(BhKernelFilter, 1);

    for (guint i = 0; i < filters->len; i++) {
        BhDiscoveryFilter *filter = filters->pdata[i];

        if (filter == NULL || (skip_empty && asks_for_nothing(filter)))
            continue;
        g_ptr_array_add(real, filter);
        merged->le |= filter->le;
    }
    merged->regular = real->len == 0;
    merged->rssi = BH_RSSI_NO_THRESHOLD;
    if (real->len < filters->len) {
        merged->le = TRUE; /* somebody wants everything */
    } else {
        merged->rssi = merge_rssi(real);
        merged->uuids = merge_uuids(real);
    }
    return merged;
}

void
bh_kernel_filter_free(BhKernelFilter *filter)
{
    g_strfreev(filter->uuids);
    g_free(filter);
}

gboolean
bh_kernel_filter_equal(const BhKernelFilter *a, const BhKernelFilter *b)
{
    if (a->regular != b->regular || a->le != b->le || a->rssi != b->rssi)
        return FALSE;
    if (a->uuids == NULL || b->uuids == NULL)
        return a->uuids == b->uuids;
    return g_strv_equal((const char *const *)a->uuids, (const char *const *)b->uuids);
}

static gboolean
filter_matches(const BhDiscoveryFilter *filter, const BhEir *eir)
{
    if (filter == NULL || filter->uuids == NULL)
        return TRUE;
    for (guint i = 0; filter->uuids[i] != NULL; i++) {
        if (bh_eir_has_uuid(eir, filter->uuids[i]))
            return TRUE;
    }
    return FALSE;
}

gboolean
bh_discovery_filters_match(const GPtrArray *filters, const BhEir *eir)
{
    for (guint i = 0; i < filters->len; i++) {
        if (filter_matches(filters->pdata[i], eir))
            return TRUE;
    }
    return FALSE;
}

gboolean
bh_discovery_filters_want_duplicates(const GPtrArray *filters)
{
    for (guint i = 0; i < filters->len; i++) {
        const BhDiscoveryFilter *filter = filters->pdata[i];

        if (filter != NULL && filter->duplicate_data)
            return TRUE;
    }
    return FALSE;
}

gboolean
bh_discovery_filters_show(const GPtrArray *filters,
                          gboolean discoverable,
                          const char *address,
                          const char *name)
{
    for (guint i = 0; i < filters->len; i++) {
        const BhDiscoveryFilter *filter = filters->pdata[i];

        if (filter == NULL || filter->pattern == NULL)
            continue;
        if (g_str_has_prefix(address, filter->pattern) ||
            (name != NULL && g_str_has_prefix(name, filter->pattern)))
            return TRUE;
        discoverable = FALSE;
    }
    return discoverable;
}
