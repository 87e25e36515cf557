/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Filters: what cannot be one, then each key against devices that should and should not pass.
 */
#include "bh-error.h"
#include "bh-filter.h"
#include "test-main.h"

START_TEST(impossible_filters_name_the_key)
{
    char *bad_uuids[] = {"180d", "18zz", NULL};
    const struct {
        BhFilterSpec spec;
        const char *message;
    } cases[] = {
        {{.uuids = bad_uuids}, "UUIDs: "},
        {{.name_pattern = ""}, "NamePattern: must not be empty"},
        {{.name_pattern = "\xff"}, "NamePattern: must be UTF-8"},
        {{.address_pattern = ""}, "AddressPattern: must not be empty"},
        {{.address_pattern = "AA:*:GG"}, "AddressPattern: "},
        {{.address_pattern = "[AB]*"}, "AddressPattern: "},
        {{.has_rssi = TRUE, .rssi = -128}, "RSSI: must be from -127 to 20"},
        {{.has_rssi = TRUE, .rssi = 21}, "RSSI: must be from -127 to 20"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        ck_assert_ptr_null(bh_filter_new(&cases[i].spec, &error));
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
        ck_assert_msg(g_str_has_prefix(error->message, cases[i].message), "%s", error->message);
    }
}
END_TEST

static gboolean
passes(const BhFilterSpec *spec, const char *hex, gint8 rssi)
{
    g_autoptr(BhFilter) filter = bh_filter_new(spec, NULL);
    ck_assert_ptr_nonnull(filter);

    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(hex, &size);
    BhDevice device = {
        .address = {{0xc0, 0xff, 0xee, 0x01, 0x02, 0x03}, BH_ADDRESS_RANDOM},
        .rssi = rssi,
        .payload = bytes,
        .payload_size = (guint16)size,
    };
    return bh_filter_matches(filter, &device);
}

START_TEST(empty_filter_passes_everything)
{
    char *no_uuids[] = {NULL};
    BhFilterSpec spec = {.uuids = no_uuids};

    ck_assert(passes(&spec, "", BH_RSSI_UNKNOWN));
    ck_assert(passes(&spec, "ff", -127));
}
END_TEST

START_TEST(minimum_rssi_keeps_out_the_weaker_and_the_unknown)
{
    BhFilterSpec spec = {.has_rssi = TRUE, .rssi = -70};

    ck_assert(!passes(&spec, "", BH_RSSI_UNKNOWN));
    ck_assert(!passes(&spec, "", -71));
    ck_assert(passes(&spec, "", -70));
    ck_assert(passes(&spec, "", 20));
}
END_TEST

START_TEST(uuids_pass_if_one_is_listed)
{
    char *uuids[] = {"0x180F", "6e400001-b5a3-f393-e0a9-e50e24dcca9e", NULL};
    BhFilterSpec spec = {.uuids = uuids};

    ck_assert(!passes(&spec, "", -50));
    ck_assert(!passes(&spec, "03030d18", -50));
    ck_assert(!passes(&spec, "05160f180064", -50));
    ck_assert(passes(&spec, "05030d180f18", -50));
    ck_assert(passes(&spec, "1107 9ecadc240ee5a9e093f3a3b50100406e", -50));
}
END_TEST

START_TEST(manufacturers_pass_if_one_is_there)
{
    guint16 ids[] = {0x004c, 0x0059};
    BhFilterSpec spec = {.manufacturer_ids = ids, .n_manufacturer_ids = 2};

    ck_assert(!passes(&spec, "", -50));
    ck_assert(!passes(&spec, "03ff0600", -50));
    ck_assert(passes(&spec, "03ff0600 03ff5900", -50));
    ck_assert(passes(&spec, "05ff4c000215", -50));
}
END_TEST

START_TEST(beacons_pass_if_theirs_is_one_of_the_types)
{
    BhFilterSpec spec = {.beacons = BH_BEACON_BIT(BH_BEACON_IBEACON) |
                                    BH_BEACON_BIT(BH_BEACON_EDDYSTONE_EID)};
    g_autoptr(BhFilter) filter = bh_filter_new(&spec, NULL);
    BhDevice device = {.rssi = -50};

    ck_assert(!bh_filter_matches(filter, &device));
    device.beacon = BH_BEACON_BIT(BH_BEACON_ALTBEACON);
    ck_assert(!bh_filter_matches(filter, &device));
    device.beacon = BH_BEACON_BIT(BH_BEACON_IBEACON);
    ck_assert(bh_filter_matches(filter, &device));
    device.beacon = BH_BEACON_BIT(BH_BEACON_EDDYSTONE_EID);
    ck_assert(bh_filter_matches(filter, &device));
}
END_TEST

START_TEST(name_pattern_is_a_glob_on_the_cleaned_name)
{
    static const struct {
        const char *pattern;
        const char *hex;
        gboolean passed;
    } cases[] = {
        {"*", "020106", FALSE}, /* no name at all */
        {"*", "0109", TRUE},
        {"?*", "0109", FALSE},
        {"ab", "0309 6162", TRUE},
        {"AB", "0309 6162", FALSE},
        {"a", "0309 6162", FALSE},
        {"a*", "0309 6162", TRUE},
        {"*b", "0309 6162", TRUE},
        {"?b", "0309 6162", TRUE},
        {"*a*b*", "0309 6162", TRUE},
        {"ab", "0308 6162", TRUE},
        {"ab", "0509 61620000", TRUE},        /* padded */
        {"a\xef\xbf\xbd", "0309 61ff", TRUE}, /* cleaned */
        {"a?", "0309 61ff", TRUE},
        {"a\xef\xbf\xbd"
         "b",
         "0409 610062",
         TRUE},
        {"a", "0409 610062", FALSE},        /* not cut at a NUL */
        {"\xc2\xb0*", "0409 c2b043", TRUE}, /* a degree sign is no control */
        {"?C", "0409 c2b043", TRUE},
        {"*a*a*a*a*a*a*a*b",
         "1e09 6161616161616161616161616161616161616161616161616161616161",
         FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhFilterSpec spec = {.name_pattern = (char *)cases[i].pattern};
        ck_assert_msg(passes(&spec, cases[i].hex, -50) == cases[i].passed, "case %zu", i);
    }
}
END_TEST

START_TEST(longest_name_is_matched)
{
    guint8 payload[256] = {255, BH_AD_NAME_COMPLETE};
    memset(payload + 2, 'n', 254);
    BhDevice device = {.payload = payload, .payload_size = sizeof payload};
    g_autofree char *exact = g_strnfill(254, 'n');
    BhFilterSpec spec = {.name_pattern = exact};
    g_autoptr(BhFilter) filter = bh_filter_new(&spec, NULL);

    ck_assert(bh_filter_matches(filter, &device));
    payload[255] = 'm';
    ck_assert(!bh_filter_matches(filter, &device));
}
END_TEST

START_TEST(address_pattern_is_a_glob_in_either_case)
{
    static const struct {
        const char *pattern;
        gboolean passed;
    } cases[] = {
        {"C0:FF:EE:01:02:03", TRUE},
        {"c0:ff:ee:01:02:03", TRUE},
        {"c0:ff:*", TRUE},
        {"*:03", TRUE},
        {"C?:FF:EE:*", TRUE},
        {"C1:*", FALSE},
        {"C0:FF:EE:01:02", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhFilterSpec spec = {.address_pattern = (char *)cases[i].pattern};
        ck_assert_int_eq(passes(&spec, "", -50), cases[i].passed);
    }
}
END_TEST

START_TEST(keys_combine_with_and)
{
    guint16 ids[] = {0x004c};
    char *uuids[] = {"180d", NULL};
    BhFilterSpec spec = {
        .uuids = uuids,
        .name_pattern = "a*",
        .address_pattern = "C0:*",
        .manufacturer_ids = ids,
        .n_manufacturer_ids = 1,
        .has_rssi = TRUE,
        .rssi = -70,
    };

    ck_assert(passes(&spec, "03030d18 03ff4c00 0309 6162", -60));
    ck_assert(!passes(&spec, "03030d18 03ff4c00 0309 6162", -80));
    ck_assert(!passes(&spec, "03030f18 03ff4c00 0309 6162", -60));
    ck_assert(!passes(&spec, "03030d18 03ff4d00 0309 6162", -60));
    ck_assert(!passes(&spec, "03030d18 03ff4c00 0309 6262", -60));
}
END_TEST

START_TEST(demands_are_told_for_merging)
{
    char *uuids[] = {"180d", "180f", NULL};
    BhFilterSpec any = {0};
    BhFilterSpec some = {.uuids = uuids, .has_rssi = TRUE, .rssi = -80};
    g_autoptr(BhFilter) wide = bh_filter_new(&any, NULL);
    g_autoptr(BhFilter) narrow = bh_filter_new(&some, NULL);
    BhUuid battery;
    gsize n = 99;
    gint dbm = 99;

    ck_assert_ptr_null(bh_filter_peek_uuids(wide, &n));
    ck_assert_uint_eq(n, 0);
    ck_assert(!bh_filter_get_min_rssi(wide, &dbm));
    ck_assert_int_eq(dbm, 99);
    ck_assert(bh_uuid_parse("180f", &battery, NULL));
    const BhUuid *asked = bh_filter_peek_uuids(narrow, &n);
    ck_assert_uint_eq(n, 2);
    ck_assert(bh_uuid_equal(&asked[1], &battery));
    ck_assert(bh_filter_get_min_rssi(narrow, &dbm));
    ck_assert_int_eq(dbm, -80);
}
END_TEST

START_TEST(cleared_spec_is_empty)
{
    BhFilterSpec spec = {
        .uuids = g_strsplit("180d;180f", ";", -1),
        .name_pattern = g_strdup("a"),
        .address_pattern = g_strdup("A"),
        .manufacturer_ids = g_new0(guint16, 2),
        .n_manufacturer_ids = 2,
        .has_rssi = TRUE,
        .rssi = -1,
    };

    bh_filter_spec_clear(&spec);
    ck_assert_ptr_null(spec.uuids);
    ck_assert_ptr_null(spec.name_pattern);
    ck_assert_ptr_null(spec.address_pattern);
    ck_assert_ptr_null(spec.manufacturer_ids);
    ck_assert_uint_eq(spec.n_manufacturer_ids, 0);
    ck_assert(!spec.has_rssi);
    bh_filter_spec_clear(&spec);
    bh_filter_free(NULL);
}
END_TEST

BH_TEST_MAIN("lib-filter",
             impossible_filters_name_the_key,
             empty_filter_passes_everything,
             minimum_rssi_keeps_out_the_weaker_and_the_unknown,
             uuids_pass_if_one_is_listed,
             manufacturers_pass_if_one_is_there,
             beacons_pass_if_theirs_is_one_of_the_types,
             name_pattern_is_a_glob_on_the_cleaned_name,
             longest_name_is_matched,
             address_pattern_is_a_glob_in_either_case,
             keys_combine_with_and,
             demands_are_told_for_merging,
             cleared_spec_is_empty)
