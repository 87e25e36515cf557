/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Beacons and advertisements: the input is taken as a payload from the air, and as the bytes of the
 * a{sv} of an advertisement. A beacon that was found must be the same when it is written again, and
 * when it is told and read; packets must be whole structures within their 31 bytes.
 */
#include "bh-ad.h"
#include "bh-advert.h"
#include "bh-beacon.h"
#include "bh-error.h"
#include "fuzz.h"

#include <string.h>

static void
check_error(gboolean ok, const GError *error)
{
    g_assert_true(ok == (error == NULL));
    if (ok)
        return;
    g_assert_true(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
    g_assert_nonnull(strstr(error->message, ": "));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
}

/* Payloads */

static void
check_written(const BhBeacon *beacon)
{
    g_autoptr(GByteArray) payload = g_byte_array_new();
    guint8 structure[2 + BH_BEACON_DATA_MAX];
    BhBeaconData data;
    BhBeacon again;

    g_assert_true(bh_beacon_encode(beacon, &data));
    structure[0] = (guint8)data.owner;
    structure[1] = (guint8)(data.owner >> 8);
    memcpy(structure + 2, data.bytes, data.size);
    bh_ad_append(payload,
                 data.is_service ? BH_AD_SERVICE_DATA16 : BH_AD_MANUFACTURER,
                 structure,
                 2 + data.size);
    g_assert_true(bh_beacon_find(payload->data, payload->len, &again));
    g_assert_true(bh_beacon_equal(beacon, &again));
}

/* Powers that a specification does not allow are told, but cannot be asked for. */
static void
check_told(const BhBeacon *beacon)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) row = NULL;
    g_autoptr(GError) error = NULL;
    BhBeacon again;

    bh_beacon_add_to_row(beacon, &builder);
    row = g_variant_ref_sink(g_variant_builder_end(&builder));
    if (bh_beacon_parse(row, &again, &error))
        g_assert_true(bh_beacon_equal(beacon, &again));
    else
        g_assert_nonnull(strstr(error->message, "Power: "));
}

/* Data before and behind it changes nothing, other than that a beacon there comes first or is
 * there at all. */
static void
check_surrounded(const uint8_t *data, size_t size, BhBeaconResult result)
{
    static const guint8 flags[] = {0x02, 0x01, 0x06};
    static const guint8 eid[] =
        {0x0d, 0x16, 0xaa, 0xfe, 0x30, 0xf6, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08};
    g_autoptr(GByteArray) payload = g_byte_array_new();
    BhBeacon beacon;

    g_byte_array_append(payload, flags, sizeof flags);
    g_byte_array_append(payload, data, (guint)size);
    g_assert_cmpint(bh_beacon_detect(payload->data, payload->len, &beacon), ==, result);
    g_byte_array_prepend(payload, eid, sizeof eid);
    g_assert_cmpint(bh_beacon_detect(payload->data, payload->len, &beacon), ==, BH_BEACON_FOUND);
    g_assert_cmpint(beacon.type, ==, BH_BEACON_EDDYSTONE_EID);
}

/* A malformed beacon needs a structure that begins as one. */
static void
check_malformed(const uint8_t *data, size_t size)
{
    BhAdIter iter;
    BhAdStructure structure;
    gboolean may_be = FALSE;

    bh_ad_iter_init(&iter, data, size);
    while (bh_ad_iter_next(&iter, &structure))
        may_be |=
            (structure.type == BH_AD_MANUFACTURER || structure.type == BH_AD_SERVICE_DATA16) &&
            structure.length >= 3;
    g_assert_true(may_be || iter.malformed);
}

static void
read_payload(const uint8_t *data, size_t size)
{
    BhBeacon beacon;
    BhBeaconResult result = bh_beacon_detect(data, size, &beacon);
    gint power;

    check_surrounded(data, size, result);
    if (result == BH_BEACON_MALFORMED)
        check_malformed(data, size);
    if (result != BH_BEACON_FOUND)
        return;
    check_written(&beacon);
    check_told(&beacon);
    if (bh_beacon_get_power_at_1m(&beacon, &power))
        g_assert_true(power >= -169 && power <= 127);
}

/* Options */

static void
check_packet(const guint8 *bytes, gsize size)
{
    gboolean malformed;

    g_assert_true(size <= BH_ADVERT_PACKET_MAX);
    g_assert_cmpuint(bh_ad_valid_size(bytes, size, &malformed), ==, size);
    g_assert_false(malformed);
}

static void
check_packets(const BhAdvertSpec *spec)
{
    g_autoptr(GError) error = NULL;
    BhAdvertPackets packets;
    gboolean ok = bh_advert_compute_packets(spec, &packets, &error);

    check_error(ok, error);
    if (!ok)
        return;
    check_packet(packets.advertising, packets.advertising_size);
    check_packet(packets.scan_response, packets.scan_response_size);
}

static void
read_options(const uint8_t *data, size_t size)
{
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(GVariant) options =
        g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE_VARDICT, bytes, FALSE));
    g_autoptr(GError) error = NULL;
    g_auto(BhAdvertSpec) spec = {0};
    g_auto(BhAdvertSpec) copy = {0};
    gboolean ok = bh_advert_spec_parse(options, &spec, &error);

    check_error(ok, error);
    if (!ok)
        return;
    g_assert_true(spec.connectable || spec.discoverable == BH_DISCOVERABLE_NOT);
    g_assert_true(spec.interval_us % 625 == 0);
    bh_advert_spec_copy(&spec, &copy);
    check_packets(&copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_payload(data, size);
    read_options(data, size);
    return 0;
}
