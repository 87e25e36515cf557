/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the parts of a payload to its bytes. */
#include "payload.h"

#include "bh-ad.h"
#include "bh-error.h"

#include <string.h>

#define COMPANY_FOR_TESTS 0xffff /* Assigned Numbers: internal use */
#define AD_HEADER_SIZE 2         /* length and type */

static void
add_manufacturer(GByteArray *advertising, const GByteArray *data, gboolean counter, gint *offset)
{
    static const guint8 zero[BH_PAYLOAD_COUNTER_SIZE] = {0};
    g_autoptr(GByteArray) bytes = g_byte_array_new();

    g_byte_array_append(bytes, data->data, data->len);
    if (counter) {
        g_byte_array_append(bytes, zero, sizeof zero);
        *offset = (gint)(advertising->len + AD_HEADER_SIZE + data->len);
    }
    bh_ad_append(advertising, BH_AD_MANUFACTURER, bytes->data, bytes->len);
}

static void
add_counter_alone(GByteArray *advertising, gint *offset)
{
    guint16 company = GUINT16_TO_LE(COMPANY_FOR_TESTS);
    g_autoptr(GByteArray) data = g_byte_array_new();

    g_byte_array_append(data, (const guint8 *)&company, sizeof company);
    add_manufacturer(advertising, data, TRUE, offset);
}

static void
add_name(const BhPayloadParts *parts, GByteArray *advertising, GByteArray *scan_response)
{
    gsize size = strlen(parts->name);
    gboolean fits = advertising->len + AD_HEADER_SIZE + size <= BH_LEGACY_PAYLOAD_MAX;

    bh_ad_append(fits || parts->scan_response_taken ? advertising : scan_response,
                 BH_AD_NAME_COMPLETE,
                 parts->name,
                 size);
}

static gboolean
check_size(const char *what, const GByteArray *bytes, GError **error)
{
    if (bytes->len <= BH_LEGACY_PAYLOAD_MAX)
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "%s: %u bytes when put together, %d fit",
                what,
                bytes->len,
                BH_LEGACY_PAYLOAD_MAX);
    return FALSE;
}

gboolean
bh_payload_compose(const BhPayloadParts *parts,
                   GByteArray *advertising,
                   GByteArray *scan_response,
                   gint *counter_offset,
                   GError **error)
{
    guint8 flags = (guint8)parts->flags;

    *counter_offset = -1;
    if (parts->flags != BH_PAYLOAD_NO_FLAGS)
        bh_ad_append(advertising, BH_AD_FLAGS, &flags, 1);
    g_byte_array_append(advertising, parts->structures->data, parts->structures->len);
    for (guint i = 0; i < parts->manufacturer->len; i++) {
        add_manufacturer(advertising,
                         parts->manufacturer->pdata[i],
                         parts->counter && i == 0,
                         counter_offset);
    }
    if (parts->counter && parts->manufacturer->len == 0)
        add_counter_alone(advertising, counter_offset);
    if (parts->name != NULL)
        add_name(parts, advertising, scan_response);
    return check_size("Advertising", advertising, error) &&
           check_size("ScanResponse", scan_response, error);
}
