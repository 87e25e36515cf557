/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A report of one part keeps the other part that is known apart.
 *
 * In an active scan the kernel may have joined a scan response to the advertising data, and a
 * report of which that is so looks like one of which it is not. When the response was not heard,
 * the same device's next report is only the beginning of the joined payload. Taken as it is, name
 * and data of the device would come and go with every lost response. So a report that the joined
 * payload begins with says nothing new, until there were many of them in a row.
 */
#include "bh-device-raw.h"

#include <string.h>

/* The payload of a device in its two parts. */
typedef struct {
    const guint8 *advertising;
    gsize advertising_size;
    const guint8 *response;
    gsize response_size;
    gboolean merged;
} Parts;

static Parts
split(const BhDevice *device)
{
    if (!device->raw)
        return (Parts){0};
    return (Parts){
        .advertising = device->payload,
        .advertising_size = device->advertising_size,
        .response = device->payload + device->advertising_size,
        .response_size = device->payload_size - device->advertising_size,
        .merged = device->merged,
    };
}

static gboolean
is_equal(const guint8 *a, gsize a_size, const guint8 *b, gsize b_size)
{
    return a_size == b_size && (a_size == 0 || memcmp(a, b, a_size) == 0);
}

/* part ends where a structure ends, or what follows it could not be a scan response. */
static gboolean
begins_with(const guint8 *whole, gsize size, const guint8 *part, gsize part_size)
{
    gboolean malformed = FALSE;

    return part_size < size && is_equal(whole, part_size, part, part_size) &&
           bh_ad_valid_size(part, part_size, &malformed) == part_size;
}

static gboolean
ends_with(const guint8 *whole, gsize size, const guint8 *part, gsize part_size)
{
    return part_size > 0 && part_size <= size &&
           is_equal(whole + size - part_size, part_size, part, part_size);
}

/* FALSE if the report says nothing new about the bytes. */
static gboolean
take_advertising(Parts *parts, guint8 *shorter, const BhReport *report)
{
    gboolean merged = report->part == BH_REPORT_MERGED;

    if (is_equal(parts->advertising, parts->advertising_size, report->data, report->size)) {
        *shorter = 0;
        parts->merged = parts->merged && merged;
        return FALSE;
    }
    if (parts->merged && *shorter < BH_DEVICE_RAW_SHORTER_MAX &&
        begins_with(parts->advertising, parts->advertising_size, report->data, report->size)) {
        ++*shorter;
        return FALSE;
    }
    *shorter = 0;
    parts->advertising = report->data;
    parts->advertising_size = report->size;
    parts->merged = merged;
    if (report->size + parts->response_size > BH_AD_PAYLOAD_MAX ||
        (merged && ends_with(report->data, report->size, parts->response, parts->response_size)))
        parts->response_size = 0;
    return TRUE;
}

static gboolean
take_response(Parts *parts, const BhReport *report)
{
    if (parts->merged &&
        ends_with(parts->advertising, parts->advertising_size, report->data, report->size))
        return FALSE;
    if (is_equal(parts->response, parts->response_size, report->data, report->size) ||
        parts->advertising_size + report->size > BH_AD_PAYLOAD_MAX)
        return FALSE;
    parts->response = report->data;
    parts->response_size = report->size;
    return TRUE;
}

gboolean
bh_device_raw_is_part(const BhReport *report)
{
    return report->raw && report->replaced == BH_AD_GROUP_ALL && report->size <= BH_AD_PAYLOAD_MAX;
}

static void
append(GByteArray *out, const guint8 *bytes, gsize size)
{
    if (size > 0)
        g_byte_array_append(out, bytes, (guint)size);
}

gboolean
bh_device_raw_take(BhDevice *device, guint8 *shorter, const BhReport *report, GByteArray *out)
{
    Parts parts = split(device);
    gboolean news = report->part == BH_REPORT_SCAN_RESPONSE
                        ? take_response(&parts, report)
                        : take_advertising(&parts, shorter, report);

    if (!device->raw) { /* what BlueZ's properties said is not what was on the air */
        parts.merged = report->part == BH_REPORT_MERGED;
        news = TRUE;
    }
    if (news) {
        g_byte_array_set_size(out, 0);
        append(out, parts.advertising, parts.advertising_size);
        append(out, parts.response, parts.response_size);
    }
    device->raw = TRUE;
    device->merged = parts.merged;
    device->advertising_size = (guint16)parts.advertising_size;
    return news;
}
