/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Beacons: the bytes and numbers that the specifications give as examples, every format both ways,
 * every wrong length, and dictionaries that name what is wrong.
 */
#include "bh-beacon.h"
#include "bh-error.h"
#include "test-main.h"

/* What each format looks like: the structure on the air, and the dictionary it is. */
static const struct {
    BhBeaconType type;
    const char *structure;
    const char *dictionary;
    gint power_at_1m; /* dBm; 0 = it does not say */
} published[] = {
    /* The UUID of Apple's AirLocate sample, 1 m power of -59. */
    {BH_BEACON_IBEACON,
     "1a ff 4c00 0215 e2c56db5dffb48d2b060d0f5a71096e0 0001 0203 c5",
     "{'Type': <'iBeacon'>, 'UUID': <'e2c56db5-dffb-48d2-b060-d0f5a71096e0'>,"
     " 'Major': <uint16 1>, 'Minor': <uint16 515>, 'MeasuredPower': <int16 -59>}",
     -59},
    /* Apple, "Getting Started with iBeacon": the stores of a chain, Paris, housewares. */
    {BH_BEACON_IBEACON,
     "1a ff 4c00 0215 d9b9ec1f392543d080a91e39d4cea95c 0002 0014 c5",
     "{'Type': <'iBeacon'>, 'UUID': <'d9b9ec1f-3925-43d0-80a9-1e39d4cea95c'>,"
     " 'Major': <uint16 2>, 'Minor': <uint16 20>, 'MeasuredPower': <int16 -59>}",
     -59},
    /* AltBeacon 1.0: length 0x1b, code 0xbeac, 20 bytes of identity, reference RSSI, reserved. */
    {BH_BEACON_ALTBEACON,
     "1b ff 1801 beac 000102030405060708090a0b0c0d0e0f10111213 c4 2a",
     "{'Type': <'AltBeacon'>, 'Company': <uint16 280>,"
     " 'ID': <'000102030405060708090a0b0c0d0e0f10111213'>, 'MeasuredPower': <int16 -60>,"
     " 'Reserved': <byte 0x2a>}",
     -60},
    /* Eddystone-UID: the namespace elided from UUID 8b0ca750-e7a7-4e14-bd99-095477cb3e77, length
     * 0x17; power 0xEE is -18 dBm, and 41 dB are lost over a metre. */
    {BH_BEACON_EDDYSTONE_UID,
     "17 16 aafe 00ee 8b0ca750095477cb3e77 0123456789ab 0000",
     "{'Type': <'Eddystone-UID'>, 'Namespace': <'8b0ca750095477cb3e77'>,"
     " 'Instance': <'0123456789ab'>, 'TxPower': <int16 -18>}",
     -59},
    /* Eddystone-URL: power 0x12 is +18 dBm; https://goo.gl/Aq18zF has no ending that is one byte.
     */
    {BH_BEACON_EDDYSTONE_URL,
     "13 16 aafe 1012 03 676f6f2e676c2f417131387a46",
     "{'Type': <'Eddystone-URL'>, 'URL': <'https://goo.gl/Aq18zF'>, 'TxPower': <int16 18>}",
     -23},
    {BH_BEACON_EDDYSTONE_URL,
     "0d 16 aafe 10eb 01 626c65687562 07",
     "{'Type': <'Eddystone-URL'>, 'URL': <'https://www.blehub.com'>, 'TxPower': <int16 -21>}",
     -62},
    /* Eddystone-TLM: length 0x11; 1 mV, 1/256 degree, 0.1 s a bit. */
    {BH_BEACON_EDDYSTONE_TLM,
     "11 16 aafe 2000 0bb8 15c0 00000064 00000c80",
     "{'Type': <'Eddystone-TLM'>, 'BatteryMv': <uint16 3000>, 'TemperatureC': <21.75>,"
     " 'AdvertisingCount': <uint32 100>, 'UptimeMs': <uint64 320000>}",
     0},
    {BH_BEACON_EDDYSTONE_TLM,
     "11 16 aafe 2000 0001 ff80 ffffffff ffffffff",
     "{'Type': <'Eddystone-TLM'>, 'BatteryMv': <uint16 1>, 'TemperatureC': <-0.5>,"
     " 'AdvertisingCount': <uint32 4294967295>, 'UptimeMs': <uint64 429496729500>}",
     0},
    /* "If not supported": battery 0, temperature 0x8000. */
    {BH_BEACON_EDDYSTONE_TLM,
     "11 16 aafe 2000 0000 8000 00000000 00000000",
     "{'Type': <'Eddystone-TLM'>, 'AdvertisingCount': <uint32 0>, 'UptimeMs': <uint64 0>}",
     0},
    {BH_BEACON_EDDYSTONE_ETLM,
     "15 16 aafe 2001 000102030405060708090a0b 1234 5678",
     "{'Type': <'Eddystone-eTLM'>, 'Encrypted': <'000102030405060708090a0b'>,"
     " 'Salt': <uint16 4660>, 'MIC': <uint16 22136>}",
     0},
    {BH_BEACON_EDDYSTONE_EID,
     "0d 16 aafe 30f6 0102030405060708",
     "{'Type': <'Eddystone-EID'>, 'EID': <'0102030405060708'>, 'TxPower': <int16 -10>}",
     -51},
};

static GVariant *
parse_variant(const char *text)
{
    GError *error = NULL;
    GVariant *variant = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

    ck_assert_msg(variant != NULL, "%s: %s", text, error != NULL ? error->message : "");
    return variant;
}

static gboolean
find(const char *hex, BhBeacon *beacon)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);

    return bh_beacon_find(bytes, size, beacon);
}

static BhBeaconResult
detect(const guint8 *payload, gsize size)
{
    BhBeacon beacon;

    return bh_beacon_detect(payload, size, &beacon);
}

static BhBeaconResult
detect_hex(const char *hex)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);

    return detect(bytes, size);
}

/* Bytes of a structure, from its length byte to the last by which its format is told. */
static gsize
head_end(BhBeaconType type)
{
    gboolean one_byte = type == BH_BEACON_EDDYSTONE_UID || type == BH_BEACON_EDDYSTONE_URL ||
                        type == BH_BEACON_EDDYSTONE_EID;

    return one_byte ? 5 : 6;
}

static void
assert_row(const BhBeacon *beacon, const char *expected)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) wanted = parse_variant(expected);
    g_autoptr(GVariant) row = NULL;
    g_autofree char *text = NULL;

    bh_beacon_add_to_row(beacon, &builder);
    row = g_variant_ref_sink(g_variant_builder_end(&builder));
    text = g_variant_print(row, TRUE);
    ck_assert_msg(g_variant_equal(row, wanted), "%s", text);
}

START_TEST(every_format_is_told)
{
    for (gsize i = 0; i < G_N_ELEMENTS(published); i++) {
        BhBeacon beacon;
        gint power = 0;

        ck_assert_msg(find(published[i].structure, &beacon), "%s", published[i].structure);
        ck_assert_int_eq(beacon.type, published[i].type);
        assert_row(&beacon, published[i].dictionary);
        ck_assert_int_eq(bh_beacon_get_power_at_1m(&beacon, &power), published[i].power_at_1m != 0);
        ck_assert_int_eq(power, published[i].power_at_1m);
    }
}
END_TEST

/* The structure with the bytes of data, as it is on the air. */
static char *
dup_structure(const BhBeaconData *data)
{
    g_autofree char *hex = bh_test_hex(data->bytes, data->size);

    return g_strdup_printf("%02x%02x%02x%02x%s",
                           (guint)data->size + 3,
                           data->is_service ? 0x16 : 0xff,
                           data->owner & 0xff,
                           data->owner >> 8,
                           hex);
}

START_TEST(every_format_is_written_as_it_is_read)
{
    for (gsize i = 0; i < G_N_ELEMENTS(published); i++) {
        g_autoptr(GVariant) dictionary = parse_variant(published[i].dictionary);
        g_autofree char *structure = NULL;
        g_autofree char *wanted = NULL;
        g_autoptr(GError) error = NULL;
        BhBeacon beacon;
        BhBeaconData data;
        gsize size;
        g_autofree guint8 *bytes = bh_test_bytes(published[i].structure, &size);

        ck_assert_msg(bh_beacon_parse(dictionary, &beacon, &error),
                      "%s",
                      error != NULL ? error->message : "");
        ck_assert(bh_beacon_encode(&beacon, &data));
        structure = dup_structure(&data);
        wanted = bh_test_hex(bytes, size);
        ck_assert_str_eq(structure, wanted);
    }
}
END_TEST

START_TEST(names_and_types_belong_together)
{
    for (guint i = 0; i < BH_N_BEACON_TYPES; i++) {
        BhBeaconType type;

        ck_assert(bh_beacon_type_from_name(bh_beacon_type_to_name((BhBeaconType)i), &type));
        ck_assert_uint_eq(type, i);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(published); i++)
        ck_assert_ptr_nonnull(
            strstr(published[i].dictionary, bh_beacon_type_to_name(published[i].type)));

    BhBeaconType type;
    ck_assert(!bh_beacon_type_from_name("ibeacon", &type));
}
END_TEST

/* The lengths that a structure of a format may have in all. */
static gboolean
is_right_size(BhBeaconType type, gsize size, gsize published_size)
{
    if (type == BH_BEACON_EDDYSTONE_UID && size == published_size - 2)
        return TRUE; /* without the reserved bytes */
    if (type == BH_BEACON_EDDYSTONE_URL)
        return size >= 7 && size <= 24; /* any URL of up to 17 bytes; 0 is ".com/" */
    return size == published_size;
}

/* Every length up to twice as long; the structure's own length byte tells the truth each time. */
START_TEST(wrong_length_is_malformed)
{
    for (gsize i = 0; i < G_N_ELEMENTS(published); i++) {
        gsize size;
        g_autofree guint8 *bytes = bh_test_bytes(published[i].structure, &size);

        for (gsize wrong = 2; wrong <= 2 * size; wrong++) {
            g_autofree guint8 *cut = g_malloc0(wrong);
            BhBeaconResult expected = BH_BEACON_MALFORMED;

            memcpy(cut, bytes, MIN(size, wrong));
            cut[0] = (guint8)(wrong - 1);
            if (wrong < head_end(published[i].type))
                expected = BH_BEACON_NONE;
            else if (is_right_size(published[i].type, wrong, size))
                expected = BH_BEACON_FOUND;
            ck_assert_msg(detect(cut, wrong) == expected,
                          "%s of %zu bytes",
                          bh_beacon_type_to_name(published[i].type),
                          wrong);
        }
    }
}
END_TEST

/* The length byte says more than there is: the payload ends before. */
START_TEST(beacon_cut_by_the_end_of_the_payload_is_malformed)
{
    for (gsize i = 0; i < G_N_ELEMENTS(published); i++) {
        gsize size;
        g_autofree guint8 *bytes = bh_test_bytes(published[i].structure, &size);

        for (gsize left = 0; left < size; left++) {
            g_autofree guint8 *cut = g_memdup2(bytes, left);
            gboolean is_told = left >= head_end(published[i].type);

            ck_assert_int_eq(detect(cut, left), is_told ? BH_BEACON_MALFORMED : BH_BEACON_NONE);
        }
    }
}
END_TEST

/* All bytes of a beacon are there, but the structure says that it has one more. */
START_TEST(beacon_in_a_structure_that_runs_past_the_end_is_malformed)
{
    for (gsize i = 0; i < G_N_ELEMENTS(published); i++) {
        gsize size;
        g_autofree guint8 *bytes = bh_test_bytes(published[i].structure, &size);

        bytes[0]++;
        ck_assert_int_eq(detect(bytes, size), BH_BEACON_MALFORMED);
    }
}
END_TEST

START_TEST(wrong_content_is_malformed)
{
    static const char *const frames[] = {
        "0d 16 aafe 10eb 04 626c65687562 07", /* no such scheme */
        "0d 16 aafe 10eb 01 626c65687562 0e", /* reserved from 0x0e */
        "0d 16 aafe 10eb 01 626c65687562 20", /* to 0x20 */
        "0d 16 aafe 10eb 01 626c65687562 7f", /* and from 0x7f */
        "0d 16 aafe 10eb 01 626c65687562 ff",
        "15 16 aafe 2000 000102030405060708090a0b 1234 5678", /* plain TLM as long as the other */
        "11 16 aafe 2001 0bb8 15c0 00000064 00000c80",        /* and the other way round */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(frames); i++)
        ck_assert_msg(detect_hex(frames[i]) == BH_BEACON_MALFORMED, "%s", frames[i]);
}
END_TEST

START_TEST(first_beacon_wins_over_malformed_ones_and_later_ones)
{
    static const char malformed[] = "0d 16 aafe 10eb 04 626c65687562 07";
    static const char first[] = "0d 16 aafe 30f6 0102030405060708";
    static const char second[] = "11 16 aafe 2000 0bb8 15c0 00000064 00000c80";
    g_autofree char *payload = g_strconcat(malformed, first, second, malformed, NULL);
    g_autofree char *spoilt = g_strconcat("020106", malformed, "0303aafe", NULL);
    BhBeacon beacon;

    ck_assert(find(payload, &beacon));
    ck_assert_int_eq(beacon.type, BH_BEACON_EDDYSTONE_EID);
    ck_assert_int_eq(detect_hex(spoilt), BH_BEACON_MALFORMED);
    ck_assert(!find(spoilt, &beacon));
}
END_TEST

START_TEST(other_data_of_the_same_owner_is_no_beacon)
{
    static const char *const others[] = {
        "1a ff 4d00 0215 e2c56db5dffb48d2b060d0f5a71096e0 0001 0203 c5", /* another company */
        "1a ff 4c00 0214 e2c56db5dffb48d2b060d0f5a71096e0 0001 0203 c5",
        "1a ff 4c00 1005 e2c56db5dffb48d2b060d0f5a71096e0 0001 0203 c5",
        "1a 16 4c00 0215 e2c56db5dffb48d2b060d0f5a71096e0 0001 0203 c5", /* service data of it */
        "1b ff 1801 acbe 000102030405060708090a0b0c0d0e0f10111213 c4 2a",
        "17 16 aafd 00ee 8b0ca750095477cb3e77 0123456789ab 0000", /* another service */
        "17 ff aafe 00ee 8b0ca750095477cb3e77 0123456789ab 0000", /* a company of its number */
        "17 16 aafe 01ee 8b0ca750095477cb3e77 0123456789ab 0000", /* low bits are reserved */
        "17 16 aafe 40ee 8b0ca750095477cb3e77 0123456789ab 0000", /* so is this type */
        "11 16 aafe 2002 0bb8 15c0 00000064 00000c80",            /* TLM of a later version */
        "03 16 aafe",
        "03 03 aafe",
        "",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        ck_assert_msg(detect_hex(others[i]) == BH_BEACON_NONE, "%s", others[i]);
}
END_TEST

START_TEST(beacon_is_found_behind_other_structures)
{
    BhBeacon beacon;

    ck_assert(
        find("020106 0303aafe 05ff4c001005 1516aafe00e700112233445566778899010203040506", &beacon));
    ck_assert_int_eq(beacon.type, BH_BEACON_EDDYSTONE_UID);
    assert_row(&beacon,
               "{'Type': <'Eddystone-UID'>, 'Namespace': <'00112233445566778899'>,"
               " 'Instance': <'010203040506'>, 'TxPower': <int16 -25>}");
}
END_TEST

START_TEST(company_of_an_altbeacon_may_be_any)
{
    BhBeacon beacon;

    ck_assert(find("1bff 4c00 beac fda50693a4e24fb1afcfc6eb07647825000a0007 c500", &beacon));
    ck_assert_int_eq(beacon.type, BH_BEACON_ALTBEACON);
    ck_assert_uint_eq(beacon.company, 0x4c);
}
END_TEST

/* Reserved bytes are for a later version: they do not make another beacon of it. */
START_TEST(reserved_bytes_of_a_uid_do_not_count)
{
    BhBeacon with, without, other;

    ck_assert(find("17 16 aafe 00ee 8b0ca750095477cb3e77 0123456789ab ffff", &with));
    ck_assert(find("15 16 aafe 00ee 8b0ca750095477cb3e77 0123456789ab", &without));
    ck_assert(find("15 16 aafe 00ee 8b0ca750095477cb3e77 0123456789ac", &other));
    ck_assert(bh_beacon_equal(&with, &without));
    ck_assert(!bh_beacon_equal(&with, &other));
}
END_TEST

static const struct {
    const char *url;
    const char *bytes; /* scheme first */
} urls[] = {
    {"http://www.example.com/", "00 6578616d706c65 00"},
    {"https://www.example.org/", "01 6578616d706c65 01"},
    {"http://example.edu/", "02 6578616d706c65 02"},
    {"https://example.net/", "03 6578616d706c65 03"},
    {"https://example.info/", "03 6578616d706c65 04"},
    {"https://example.biz/", "03 6578616d706c65 05"},
    {"https://example.gov/", "03 6578616d706c65 06"},
    {"https://example.com", "03 6578616d706c65 07"},
    {"https://example.org", "03 6578616d706c65 08"},
    {"https://example.edu", "03 6578616d706c65 09"},
    {"https://example.net", "03 6578616d706c65 0a"},
    {"https://example.info", "03 6578616d706c65 0b"},
    {"https://example.biz", "03 6578616d706c65 0c"},
    {"https://example.gov", "03 6578616d706c65 0d"},
    {"https://goo.gl/S6zT6P", "03 676f6f2e676c2f53367a543650"},
    {"https://a.com.org/b.com", "03 61 07 01 62 07"},
    {"http://", "02"},
    {"https://www.~!#$%.communism", "01 7e21232425 07 6d756e69736d"},
    {"http://12345678901234567", "02 3132333435363738393031323334353637"},
};

START_TEST(urls_are_as_short_as_can_be)
{
    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
        BhBeacon beacon = {.type = BH_BEACON_EDDYSTONE_URL}, found;
        g_autofree char *structure = NULL;
        g_autofree char *hex = NULL;
        g_autofree char *wanted = NULL;
        BhBeaconData data;
        gsize size;
        g_autofree guint8 *bytes = bh_test_bytes(urls[i].bytes, &size);

        g_strlcpy(beacon.url, urls[i].url, sizeof beacon.url);
        ck_assert(bh_beacon_encode(&beacon, &data));
        hex = bh_test_hex(data.bytes + 2, data.size - 2);
        wanted = bh_test_hex(bytes, size);
        ck_assert_str_eq(hex, wanted);
        structure = dup_structure(&data);
        ck_assert(find(structure, &found));
        ck_assert_str_eq(found.url, urls[i].url);
    }
}
END_TEST

/* 17 bytes, each of which is ".info/". */
START_TEST(longest_url_has_room)
{
    BhBeacon beacon;

    ck_assert(find("17 16 aafe 1000 01 0404040404040404040404040404040404", &beacon));
    ck_assert_uint_eq(strlen(beacon.url), BH_BEACON_URL_MAX);
}
END_TEST

START_TEST(url_in_another_form_is_the_same_beacon)
{
    BhBeacon shortest, longer;

    ck_assert(find("0c 16 aafe 1000 00 6d6f7a 07 2f78", &shortest));
    ck_assert(find("13 16 aafe 1000 02 7777772e6d6f7a 2e636f6d2f78", &longer));
    ck_assert_str_eq(longer.url, "http://www.moz.com/x");
    ck_assert_str_eq(longer.url, shortest.url);
    ck_assert(bh_beacon_equal(&shortest, &longer));
}
END_TEST

static const struct {
    const char *names;
    guint types; /* 0: refused */
} sets[] = {
    {"iBeacon", BH_BEACON_BIT(BH_BEACON_IBEACON)},
    {"IBEACON", BH_BEACON_BIT(BH_BEACON_IBEACON)},
    {"altbeacon,eddystone-tlm",
     BH_BEACON_BIT(BH_BEACON_ALTBEACON) | BH_BEACON_BIT(BH_BEACON_EDDYSTONE_TLM)},
    {"Eddystone-eTLM,eddystone-ETLM", BH_BEACON_BIT(BH_BEACON_EDDYSTONE_ETLM)},
    {"Eddystone",
     BH_BEACON_BIT(BH_BEACON_EDDYSTONE_UID) | BH_BEACON_BIT(BH_BEACON_EDDYSTONE_URL) |
         BH_BEACON_BIT(BH_BEACON_EDDYSTONE_TLM) | BH_BEACON_BIT(BH_BEACON_EDDYSTONE_ETLM) |
         BH_BEACON_BIT(BH_BEACON_EDDYSTONE_EID)},
    {"Any", 0x7f},
    {"iBeacon,Eddy", 0},
    {"Eddystone-", 0},
    {" any", 0},
    {"any,", 0},
};

START_TEST(names_stand_for_sets_of_types)
{
    for (gsize i = 0; i < G_N_ELEMENTS(sets); i++) {
        g_auto(GStrv) names = g_strsplit(sets[i].names, ",", -1);
        g_autoptr(GError) error = NULL;
        guint8 types;
        gboolean ok = bh_beacon_types_parse(names, "Beacons", &types, &error);

        ck_assert_msg(ok == (sets[i].types != 0), "%s", sets[i].names);
        if (ok)
            ck_assert_uint_eq(types, sets[i].types);
        else
            ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
    }
}
END_TEST

START_TEST(no_name_is_the_empty_set)
{
    char *none[] = {NULL};
    guint8 types = 1;

    ck_assert(bh_beacon_types_parse(NULL, "Beacons", &types, NULL));
    ck_assert_uint_eq(types, 0);
    types = 1;
    ck_assert(bh_beacon_types_parse(none, "Beacons", &types, NULL));
    ck_assert_uint_eq(types, 0);
}
END_TEST

START_TEST(unknown_name_is_answered_with_those_that_are_known)
{
    char *names[] = {"any", "blueBeacon\xff", NULL};
    g_autoptr(GError) error = NULL;
    guint8 types;

    ck_assert(!bh_beacon_types_parse(names, "Beacons", &types, &error));
    ck_assert_str_eq(error->message,
                     "Beacons: 'blueBeacon\xef\xbf\xbd' is none of any, Eddystone, iBeacon, "
                     "AltBeacon, Eddystone-UID, Eddystone-URL, Eddystone-TLM, Eddystone-eTLM, "
                     "Eddystone-EID");
}
END_TEST

static const struct {
    const char *dictionary;
    const char *message;
} mistakes[] = {
    {"{}", "Type: must be given"},
    {"{'Type': <'beacon'>}",
     "Type: must be one of iBeacon, AltBeacon, Eddystone-UID, Eddystone-URL, Eddystone-TLM, "
     "Eddystone-eTLM, Eddystone-EID"},
    {"{'Type': <1>}", "Type: must be given"},
    {"{'Type': <'iBeacon'>, 'Major': <1>, 'Minor': <1>}", "UUID: must be given"},
    {"{'Type': <'iBeacon'>, 'UUID': <'e2c5'>, 'Minor': <1>}", "Major: must be given"},
    {"{'Type': <'iBeacon'>, 'UUID': <'e2c5'>, 'Major': <1>}", "Minor: must be given"},
    {"{'Type': <'iBeacon'>, 'UUID': <'e2'>, 'Major': <1>, 'Minor': <1>}", "UUID: 'e2' is none"},
    {"{'Type': <'iBeacon'>, 'Major': <65536>}", "Major: must be from 0 to 65535"},
    {"{'Type': <'iBeacon'>, 'MeasuredPower': <128>}", "MeasuredPower: must be from -128 to 127"},
    {"{'Type': <'iBeacon'>, 'TxPower': <0>}", "TxPower: unknown option"},
    {"{'Type': <'AltBeacon'>, 'ID': <'00'>}", "Company: must be given"},
    {"{'Type': <'AltBeacon'>, 'Company': <1>}", "ID: must be given"},
    {"{'Type': <'AltBeacon'>, 'Company': <1>, 'ID': <'00'>}", "ID: must be 40 hex digits"},
    {"{'Type': <'AltBeacon'>, 'MeasuredPower': <1>}", "MeasuredPower: must be from -127 to 0"},
    {"{'Type': <'AltBeacon'>, 'Reserved': <256>}", "Reserved: must be from 0 to 255"},
    {"{'Type': <'Eddystone-UID'>, 'Instance': <'000000000000'>}", "Namespace: must be given"},
    {"{'Type': <'Eddystone-UID'>, 'Namespace': <'0011223344556677889'>}",
     "Namespace: must be 20 hex digits"},
    {"{'Type': <'Eddystone-UID'>, 'Namespace': <'00112233445566778899'>}",
     "Instance: must be given"},
    {"{'Type': <'Eddystone-UID'>, 'Namespace': <'00112233445566778899'>, 'Instance': <'xx'>}",
     "Instance: must be 12 hex digits"},
    {"{'Type': <'Eddystone-UID'>, 'TxPower': <21>}", "TxPower: must be from -100 to 20"},
    {"{'Type': <'Eddystone-URL'>, 'TxPower': <-101>}", "TxPower: must be from -100 to 20"},
    {"{'Type': <'Eddystone-URL'>}", "URL: must be given"},
    {"{'Type': <'Eddystone-URL'>, 'URL': <'ftp://example.com'>}",
     "URL: must begin with http:// or https://"},
    {"{'Type': <'Eddystone-URL'>, 'URL': <'HTTP://example.com'>}",
     "URL: must begin with http:// or https://"},
    {"{'Type': <'Eddystone-URL'>, 'URL': <'http://a b'>}", "URL: only printable ASCII characters"},
    {"{'Type': <'Eddystone-URL'>, 'URL': <'http://b\u00fccher.com'>}",
     "URL: only printable ASCII characters"},
    {"{'Type': <'Eddystone-URL'>, 'URL': <'http://123456789012345678'>}",
     "URL: needs 18 bytes after the scheme, 17 are there"},
    {"{'Type': <'Eddystone-TLM'>, 'TemperatureC': <128.0>}",
     "TemperatureC: must be from -127.99 to 127.99"},
    {"{'Type': <'Eddystone-TLM'>, 'TemperatureC': <-128.0>}",
     "TemperatureC: must be from -127.99 to 127.99"},
    {"{'Type': <'Eddystone-TLM'>, 'TemperatureC': <nan>}", "TemperatureC: must be from"},
    {"{'Type': <'Eddystone-TLM'>, 'BatteryMv': <65536>}", "BatteryMv: must be from 0 to 65535"},
    {"{'Type': <'Eddystone-TLM'>, 'UptimeMs': <int64 429496729501>}",
     "UptimeMs: must be from 0 to"},
    {"{'Type': <'Eddystone-eTLM'>, 'Salt': <1>, 'MIC': <1>}", "Encrypted: must be given"},
    {"{'Type': <'Eddystone-eTLM'>, 'Encrypted': <'000102030405060708090a0b'>, 'MIC': <1>}",
     "Salt: must be given"},
    {"{'Type': <'Eddystone-EID'>, 'EID': <'01020304050607'>}", "EID: must be 16 hex digits"},
};

START_TEST(mistake_names_the_key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mistakes); i++) {
        g_autoptr(GVariant) dictionary = parse_variant(mistakes[i].dictionary);
        g_autoptr(GError) error = NULL;
        BhBeacon beacon;

        ck_assert_msg(!bh_beacon_parse(dictionary, &beacon, &error), "%s", mistakes[i].dictionary);
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
        ck_assert_msg(g_str_has_prefix(error->message, mistakes[i].message),
                      "%s, not %s",
                      error->message,
                      mistakes[i].message);
    }
}
END_TEST

START_TEST(power_has_a_default)
{
    g_autoptr(GVariant) at_1m =
        parse_variant("{'Type': <'iBeacon'>, 'UUID': <'e2c5'>, 'Major': <1>, 'Minor': <1>}");
    g_autoptr(GVariant) at_0m =
        parse_variant("{'Type': <'Eddystone-URL'>, 'URL': <'http://a.com'>}");
    BhBeacon beacon;

    ck_assert(bh_beacon_parse(at_1m, &beacon, NULL));
    ck_assert_int_eq(beacon.power, -59);
    ck_assert(bh_beacon_parse(at_0m, &beacon, NULL));
    ck_assert_int_eq(beacon.power, -18);
}
END_TEST

BH_TEST_MAIN("beacon",
             every_format_is_told,
             every_format_is_written_as_it_is_read,
             names_and_types_belong_together,
             wrong_length_is_malformed,
             beacon_cut_by_the_end_of_the_payload_is_malformed,
             beacon_in_a_structure_that_runs_past_the_end_is_malformed,
             wrong_content_is_malformed,
             first_beacon_wins_over_malformed_ones_and_later_ones,
             other_data_of_the_same_owner_is_no_beacon,
             beacon_is_found_behind_other_structures,
             company_of_an_altbeacon_may_be_any,
             reserved_bytes_of_a_uid_do_not_count,
             urls_are_as_short_as_can_be,
             longest_url_has_room,
             url_in_another_form_is_the_same_beacon,
             names_stand_for_sets_of_types,
             no_name_is_the_empty_set,
             unknown_name_is_answered_with_those_that_are_known,
             mistake_names_the_key,
             power_has_a_default)
