/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A packet is filled field by field in the order of the air; the first that does not fit is the one
 * the error names. The order is BlueZ's (5.66 to 5.82 alike), which keeps flags among the other
 * data, behind it; the kernel adds nothing in front where flags are, and TX power last.
 */
#include "bh-advert.h"

#include "bh-ad.h"
#include "bh-advert-options.h"
#include "bh-error.h"

#include <string.h>

#define HEAD_SIZE 2 /* length and type of a structure */
#define FLAG_LIMITED 0x01
#define FLAG_GENERAL 0x02
#define FLAG_NO_BREDR 0x04

/* Specs */

static void
clear_data(gpointer element)
{
    g_clear_pointer(&((BhAdvertData *)element)->data, g_bytes_unref);
}

GArray *
bh_advert_data_array_new(void)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(BhAdvertData));

    g_array_set_clear_func(array, clear_data);
    return array;
}

void
bh_advert_spec_clear(BhAdvertSpec *self)
{
    g_free(self->name);
    g_clear_pointer(&self->uuids, g_array_unref);
    g_clear_pointer(&self->solicit_uuids, g_array_unref);
    g_clear_pointer(&self->manufacturer_data, g_array_unref);
    g_clear_pointer(&self->service_data, g_array_unref);
    g_clear_pointer(&self->data, g_array_unref);
    *self = (BhAdvertSpec){0};
}

static GArray *
copy_uuids(GArray *array)
{
    return array != NULL ? g_array_copy(array) : NULL;
}

static GArray *
copy_data(GArray *array)
{
    GArray *copy = array != NULL ? bh_advert_data_array_new() : NULL;

    for (guint i = 0; array != NULL && i < array->len; i++) {
        BhAdvertData element = g_array_index(array, BhAdvertData, i);
        g_bytes_ref(element.data);
        g_array_append_val(copy, element);
    }
    return copy;
}

void
bh_advert_spec_copy(const BhAdvertSpec *self, BhAdvertSpec *copy)
{
    *copy = *self;
    copy->name = g_strdup(self->name);
    copy->uuids = copy_uuids(self->uuids);
    copy->solicit_uuids = copy_uuids(self->solicit_uuids);
    copy->manufacturer_data = copy_data(self->manufacturer_data);
    copy->service_data = copy_data(self->service_data);
    copy->data = copy_data(self->data);
}

/* Packets */

typedef struct {
    const char *name;
    guint8 *bytes;
    gsize size;
} Packet;

/* Begins a structure of data_size bytes, to be appended with put(). */
static gboolean
begin(Packet *self, const char *field, guint8 type, gsize data_size, GError **error)
{
    gsize left = BH_ADVERT_PACKET_MAX - self->size;

    if (HEAD_SIZE + data_size > left) {
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_INVALID_ARGUMENTS,
                    "%s: needs %zu bytes, %zu of %d are left in the %s",
                    field,
                    HEAD_SIZE + data_size,
                    left,
                    BH_ADVERT_PACKET_MAX,
                    self->name);
        return FALSE;
    }
    self->bytes[self->size++] = (guint8)(data_size + 1);
    self->bytes[self->size++] = type;
    return TRUE;
}

static void
put(Packet *self, const void *bytes, gsize size)
{
    if (size > 0)
        memcpy(self->bytes + self->size, bytes, size);
    self->size += size;
}

static void
put_le16(Packet *self, guint16 number)
{
    const guint8 bytes[] = {(guint8)number, (guint8)(number >> 8)};

    put(self, bytes, sizeof bytes);
}

static void
put_blob(Packet *self, GBytes *blob)
{
    gsize size;
    const void *bytes = g_bytes_get_data(blob, &size);

    put(self, bytes, size);
}

/* The UUIDs of one width, as a list. */
static gboolean
add_uuids_of_width(Packet *self,
                   const char *field,
                   GArray *uuids,
                   gsize width,
                   guint8 type,
                   GError **error)
{
    guint8 bytes[16];
    gsize n = 0;

    for (guint i = 0; i < uuids->len; i++)
        n += bh_uuid_to_le(&g_array_index(uuids, BhUuid, i), bytes) == width;
    if (n == 0)
        return TRUE;
    if (!begin(self, field, type, n * width, error))
        return FALSE;
    for (guint i = 0; i < uuids->len; i++)
        if (bh_uuid_to_le(&g_array_index(uuids, BhUuid, i), bytes) == width)
            put(self, bytes, width);
    return TRUE;
}

static gboolean
add_uuids(Packet *self, GArray *uuids, GError **error)
{
    return uuids == NULL ||
           (add_uuids_of_width(self, "UUIDs", uuids, 2, BH_AD_UUID16_ALL, error) &&
            add_uuids_of_width(self, "UUIDs", uuids, 4, BH_AD_UUID32_ALL, error) &&
            add_uuids_of_width(self, "UUIDs", uuids, 16, BH_AD_UUID128_ALL, error));
}

static gboolean
add_solicit_uuids(Packet *self, GArray *uuids, GError **error)
{
    return uuids == NULL ||
           (add_uuids_of_width(self, "SolicitUUIDs", uuids, 2, BH_AD_SOLICIT16, error) &&
            add_uuids_of_width(self, "SolicitUUIDs", uuids, 4, BH_AD_SOLICIT32, error) &&
            add_uuids_of_width(self, "SolicitUUIDs", uuids, 16, BH_AD_SOLICIT128, error));
}

static gboolean
add_manufacturer_data(Packet *self, const BhAdvertData *data, GError **error)
{
    gsize size = 2 + g_bytes_get_size(data->data);

    if (!begin(self, "ManufacturerData", BH_AD_MANUFACTURER, size, error))
        return FALSE;
    put_le16(self, data->company);
    put_blob(self, data->data);
    return TRUE;
}

static gboolean
add_service_data(Packet *self, const BhAdvertData *data, GError **error)
{
    guint8 uuid[16];
    gsize width = bh_uuid_to_le(&data->uuid, uuid);
    guint8 type = width == 2   ? BH_AD_SERVICE_DATA16
                  : width == 4 ? BH_AD_SERVICE_DATA32
                               : BH_AD_SERVICE_DATA128;

    if (!begin(self, "ServiceData", type, width + g_bytes_get_size(data->data), error))
        return FALSE;
    put(self, uuid, width);
    put_blob(self, data->data);
    return TRUE;
}

static gboolean
add_other_data(Packet *self, const BhAdvertData *data, GError **error)
{
    if (!begin(self, "Data", data->type, g_bytes_get_size(data->data), error))
        return FALSE;
    put_blob(self, data->data);
    return TRUE;
}

static gboolean
add_each(Packet *self,
         GArray *array,
         gboolean (*add)(Packet *self, const BhAdvertData *data, GError **error),
         GError **error)
{
    for (guint i = 0; array != NULL && i < array->len; i++)
        if (!add(self, &g_array_index(array, BhAdvertData, i), error))
            return FALSE;
    return TRUE;
}

static gboolean
add_appearance(Packet *self, const BhAdvertSpec *spec, GError **error)
{
    if (!spec->has_appearance)
        return TRUE;
    if (!begin(self, "Appearance", BH_AD_APPEARANCE, sizeof(guint16), error))
        return FALSE;
    put_le16(self, spec->appearance);
    return TRUE;
}

static gboolean
add_flags(Packet *self, const BhAdvertSpec *spec, GError **error)
{
    guint8 flags = FLAG_NO_BREDR |
                   (spec->discoverable == BH_DISCOVERABLE_LIMITED ? FLAG_LIMITED : FLAG_GENERAL);

    if (spec->discoverable == BH_DISCOVERABLE_NOT)
        return TRUE;
    if (!begin(self, "Discoverable", BH_AD_FLAGS, sizeof flags, error))
        return FALSE;
    put(self, &flags, sizeof flags);
    return TRUE;
}

static gboolean
add_tx_power(Packet *self, const BhAdvertSpec *spec, GError **error)
{
    if (!spec->has_tx_power)
        return TRUE;
    if (!begin(self, "TxPower", BH_AD_TX_POWER, sizeof spec->tx_power, error))
        return FALSE;
    put(self, &spec->tx_power, sizeof spec->tx_power);
    return TRUE;
}

static gboolean
add_name(Packet *self, const char *name, GError **error)
{
    gsize size = name != NULL ? strlen(name) : 0;

    if (size == 0)
        return TRUE;
    if (!begin(self, "Name", BH_AD_NAME_COMPLETE, size, error))
        return FALSE;
    put(self, name, size);
    return TRUE;
}

gboolean
bh_advert_compute_packets(const BhAdvertSpec *spec, BhAdvertPackets *packets, GError **error)
{
    Packet advertising = {.name = "advertising packet", .bytes = packets->advertising};
    Packet scan_response = {.name = "scan response", .bytes = packets->scan_response};

    *packets = (BhAdvertPackets){0};
    if (!add_uuids(&advertising, spec->uuids, error) ||
        !add_solicit_uuids(&advertising, spec->solicit_uuids, error) ||
        !add_each(&advertising, spec->manufacturer_data, add_manufacturer_data, error) ||
        !add_each(&advertising, spec->service_data, add_service_data, error) ||
        !add_appearance(&advertising, spec, error) ||
        !add_each(&advertising, spec->data, add_other_data, error) ||
        !add_flags(&advertising, spec, error) || !add_tx_power(&advertising, spec, error) ||
        !add_name(&scan_response, spec->name, error))
        return FALSE;
    packets->advertising_size = advertising.size;
    packets->scan_response_size = scan_response.size;
    return TRUE;
}
