/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Addresses: what is none, how they are written, and that the type is part of them.
 */
#include "bh-address.h"
#include "bh-error.h"
#include "test-main.h"

#include <string.h>

START_TEST(text_that_is_no_address_is_refused_and_leaves_no_trace)
{
    static const char *const cases[] = {
        "",
        "AA",
        "AA:BB:CC:DD:EE",
        "AA:BB:CC:DD:EE:F",
        "AA:BB:CC:DD:EE:FG",
        "AA:BB:CC:DD:EE:FF ",
        " AA:BB:CC:DD:EE:F",
        "AA:BB:CC:DD:EE:FF:00",
        "AA-BB-CC-DD-EE-FF",
        "AABBCCDDEEFF",
        "AA:BB:CC:DD:EE:\xc3\xa9",
        ":::::::::::::::::",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhAddress address = {{1, 2, 3, 4, 5, 6}, BH_ADDRESS_RANDOM};
        BhAddress before = address;
        g_autoptr(GError) error = NULL;
        ck_assert(!bh_address_parse(cases[i], BH_ADDRESS_PUBLIC, &address, &error));
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
        ck_assert(g_str_has_prefix(error->message, "Address: "));
        ck_assert(bh_address_equal(&address, &before));
    }
}
END_TEST

START_TEST(either_case_is_read_and_upper_case_written)
{
    static const char *const cases[] = {"00:1a:7D:da:71:13", "00:1A:7d:DA:71:13"};

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhAddress address;
        char text[BH_ADDRESS_TEXT_SIZE];
        ck_assert(bh_address_parse(cases[i], BH_ADDRESS_RANDOM, &address, NULL));
        ck_assert_uint_eq(address.octets[0], 0x00);
        ck_assert_uint_eq(address.octets[5], 0x13);
        ck_assert_uint_eq(address.type, BH_ADDRESS_RANDOM);
        bh_address_format(&address, text);
        ck_assert_str_eq(text, "00:1A:7D:DA:71:13");
    }
}
END_TEST

START_TEST(type_names_go_both_ways)
{
    BhAddressType type = BH_ADDRESS_PUBLIC;

    ck_assert(!bh_address_type_from_string("Public", &type));
    ck_assert(!bh_address_type_from_string("", &type));
    ck_assert(!bh_address_type_from_string(NULL, &type));
    ck_assert(bh_address_type_from_string("random", &type));
    ck_assert_int_eq(type, BH_ADDRESS_RANDOM);
    ck_assert(bh_address_type_from_string("public", &type));
    ck_assert_int_eq(type, BH_ADDRESS_PUBLIC);
    ck_assert_str_eq(bh_address_type_to_string(BH_ADDRESS_PUBLIC), "public");
    ck_assert_str_eq(bh_address_type_to_string(BH_ADDRESS_RANDOM), "random");
}
END_TEST

START_TEST(type_and_every_octet_tell_devices_apart)
{
    BhAddress address = {{1, 2, 3, 4, 5, 6}, BH_ADDRESS_PUBLIC};
    BhAddress same = address;
    BhAddress other = address;

    ck_assert(bh_address_equal(&address, &same));
    ck_assert_uint_eq(bh_address_hash(&address), bh_address_hash(&same));
    other.type = BH_ADDRESS_RANDOM;
    ck_assert(!bh_address_equal(&address, &other));
    ck_assert_uint_ne(bh_address_hash(&address), bh_address_hash(&other));
    for (guint i = 0; i < 6; i++) {
        other = address;
        other.octets[i] ^= 0x80;
        ck_assert(!bh_address_equal(&address, &other));
        ck_assert_uint_ne(bh_address_hash(&address), bh_address_hash(&other));
    }
}
END_TEST

START_TEST(hash_spreads_neighbouring_addresses)
{
    g_autoptr(GHashTable) hashes = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < 10000; i++) {
        BhAddress address = {{0xc0, 1, 2, 3, (guint8)(i >> 8), (guint8)i}, BH_ADDRESS_RANDOM};
        g_hash_table_add(hashes, GUINT_TO_POINTER(bh_address_hash(&address)));
    }
    ck_assert_uint_ge(g_hash_table_size(hashes), 9990);
}
END_TEST

/* Of which a hundred multiples fall together in a hash that multiplies by 2^64 / golden ratio. */
#define STEP G_GUINT64_CONSTANT(360651927003)

START_TEST(addresses_cannot_be_chosen_to_fall_together)
{
    g_autoptr(GHashTable) hashes = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < 100; i++) {
        guint64 bits = GUINT64_TO_BE(i * STEP);
        BhAddress address = {.type = BH_ADDRESS_RANDOM};

        memcpy(address.octets, (const guint8 *)&bits + 2, sizeof address.octets);
        g_hash_table_add(hashes, GUINT_TO_POINTER(bh_address_hash(&address)));
    }
    ck_assert_uint_ge(g_hash_table_size(hashes), 99);
}
END_TEST

BH_TEST_MAIN("lib-address",
             text_that_is_no_address_is_refused_and_leaves_no_trace,
             either_case_is_read_and_upper_case_written,
             type_names_go_both_ways,
             type_and_every_octet_tell_devices_apart,
             hash_spreads_neighbouring_addresses,
             addresses_cannot_be_chosen_to_fall_together)
