/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Transport and DuplicateData are in every filter: without them BlueZ 5.66 hides devices that are
 * not discoverable, reports an RSSI only when it moved by 8 dB, and payloads only when they
 * changed.
 */
#include "bh-bluez-demand.h"

#include <string.h>

static gint
compare_uuids(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(BhUuid));
}

BhBluezDemand *
bh_bluez_demand_new(const BhRadioScanDemand *demand)
{
    BhBluezDemand *self = g_new0(BhBluezDemand, 1);
    gsize kept = 0;

    self->uuids = g_array_new(FALSE, FALSE, sizeof(BhUuid));
    if (demand->n_uuids > 0)
        g_array_append_vals(self->uuids, demand->uuids, (guint)demand->n_uuids);
    g_array_sort(self->uuids, compare_uuids);
    BhUuid *uuids = (BhUuid *)(gpointer)self->uuids->data;
    for (guint i = 0; i < self->uuids->len; i++)
        if (kept == 0 || !bh_uuid_equal(&uuids[i], &uuids[kept - 1]))
            uuids[kept++] = uuids[i];
    g_array_set_size(self->uuids, (guint)kept);
    self->has_rssi = demand->has_rssi;
    self->rssi = demand->has_rssi ? (gint16)CLAMP(demand->rssi, -127, 20) : 0;
    return self;
}

BhBluezDemand *
bh_bluez_demand_copy(const BhBluezDemand *self)
{
    BhBluezDemand *copy = g_new0(BhBluezDemand, 1);

    *copy = *self;
    copy->uuids = g_array_copy(self->uuids);
    return copy;
}

void
bh_bluez_demand_free(BhBluezDemand *self)
{
    g_array_unref(self->uuids);
    g_free(self);
}

gboolean
bh_bluez_demand_equal(const BhBluezDemand *a, const BhBluezDemand *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    if (a->has_rssi != b->has_rssi || a->rssi != b->rssi || a->uuids->len != b->uuids->len)
        return FALSE;
    return a->uuids->len == 0 ||
           memcmp(a->uuids->data, b->uuids->data, a->uuids->len * sizeof(BhUuid)) == 0;
}

static int
append_uuids(const BhBluezDemand *self, sd_bus_message *message)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < self->uuids->len; i++) {
        char *text = g_malloc(BH_UUID_TEXT_SIZE);
        bh_uuid_format(&g_array_index(self->uuids, BhUuid, i), text);
        g_ptr_array_add(texts, text);
    }
    g_ptr_array_add(texts, NULL);
    int result = sd_bus_message_open_container(message, 'e', "sv");
    if (result < 0 || (result = sd_bus_message_append(message, "s", "UUIDs")) < 0 ||
        (result = sd_bus_message_open_container(message, 'v', "as")) < 0 ||
        (result = sd_bus_message_append_strv(message, (char **)texts->pdata)) < 0 ||
        (result = sd_bus_message_close_container(message)) < 0)
        return result;
    return sd_bus_message_close_container(message);
}

int
bh_bluez_demand_append(const BhBluezDemand *self, sd_bus_message *message)
{
    int result = sd_bus_message_open_container(message, 'a', "{sv}");

    if (result < 0 ||
        (result = sd_bus_message_append(message, "{sv}", "Transport", "s", "le")) < 0 ||
        (result = sd_bus_message_append(message, "{sv}", "DuplicateData", "b", TRUE)) < 0)
        return result;
    if (self->uuids->len > 0 && (result = append_uuids(self, message)) < 0)
        return result;
    if (self->has_rssi &&
        (result = sd_bus_message_append(message, "{sv}", "RSSI", "n", (int)self->rssi)) < 0)
        return result;
    return sd_bus_message_close_container(message);
}
