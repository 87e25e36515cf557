/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The sample data of the Core Specification, and what keys and addresses may not be.
 */
#include "bh-rpa.h"
#include "test-main.h"

/* Core 5.4 Vol 3 Part H D.7: prand 708194, hash 0dfbaa. */
#define SAMPLE_IRK "ec0234a357c8ad05341010a60a397d9b"
#define SAMPLE_PRAND 0x708194
#define SAMPLE_ADDRESS "70:81:94:0D:FB:AA"

static BhAddress
parse(const char *text, BhAddressType type)
{
    BhAddress address;

    ck_assert(bh_address_parse(text, type, &address, NULL));
    return address;
}

START_TEST(the_sample_of_the_specification_resolves)
{
    g_autoptr(BhRpaKey) key = bh_rpa_key_new(SAMPLE_IRK, NULL);
    BhAddress address = parse(SAMPLE_ADDRESS, BH_ADDRESS_RANDOM);

    ck_assert(bh_rpa_is_resolvable(&address));
    ck_assert(bh_rpa_key_resolves(key, &address));
}
END_TEST

START_TEST(the_sample_of_the_specification_is_made)
{
    g_autoptr(BhRpaKey) key = bh_rpa_key_new(SAMPLE_IRK, NULL);
    BhAddress expected = parse(SAMPLE_ADDRESS, BH_ADDRESS_RANDOM), made;

    bh_rpa_key_make_address(key, SAMPLE_PRAND, &made);
    ck_assert(bh_address_equal(&made, &expected));
}
END_TEST

START_TEST(every_other_bit_makes_it_somebody_elses)
{
    g_autoptr(BhRpaKey) key = bh_rpa_key_new(SAMPLE_IRK, NULL);

    for (guint bit = 0; bit < 48; bit++) {
        BhAddress address = parse(SAMPLE_ADDRESS, BH_ADDRESS_RANDOM);

        address.octets[bit / 8] ^= (guint8)(1 << bit % 8);
        ck_assert_msg(!bh_rpa_key_resolves(key, &address), "bit %u", bit);
    }
}
END_TEST

START_TEST(other_kinds_of_addresses_are_not_resolvable)
{
    BhAddress address = parse(SAMPLE_ADDRESS, BH_ADDRESS_PUBLIC);

    ck_assert(!bh_rpa_is_resolvable(&address));
    address = parse("C0:81:94:0D:FB:AA", BH_ADDRESS_RANDOM); /* static */
    ck_assert(!bh_rpa_is_resolvable(&address));
    address = parse("30:81:94:0D:FB:AA", BH_ADDRESS_RANDOM); /* not resolvable */
    ck_assert(!bh_rpa_is_resolvable(&address));
    address = parse("80:81:94:0D:FB:AA", BH_ADDRESS_RANDOM); /* reserved */
    ck_assert(!bh_rpa_is_resolvable(&address));
}
END_TEST

START_TEST(what_is_made_with_a_key_resolves_with_it_alone)
{
    g_autoptr(BhRpaKey) key = bh_rpa_key_new(SAMPLE_IRK, NULL);
    g_autoptr(BhRpaKey) other = bh_rpa_key_new("000102030405060708090a0b0c0d0e0f", NULL);
    guint taken_for_others = 0;

    for (guint32 i = 1; i < 5000; i++) {
        BhAddress address;

        bh_rpa_key_make_address(key, i * 811, &address);
        ck_assert(bh_rpa_key_resolves(key, &address));
        taken_for_others += bh_rpa_key_resolves(other, &address);
    }
    ck_assert_uint_le(taken_for_others, 1);
}
END_TEST

START_TEST(keys_may_be_written_as_people_write_bytes)
{
    g_autoptr(BhRpaKey) key =
        bh_rpa_key_new("EC:02:34:A3:57:C8:AD:05:34:10:10:A6:0A:39:7D:9B", NULL);

    ck_assert_ptr_nonnull(key);
    ck_assert_uint_eq(bh_rpa_key_peek_octets(key)[0], 0xec);
    ck_assert_uint_eq(bh_rpa_key_peek_octets(key)[15], 0x9b);
}
END_TEST

START_TEST(what_is_no_key_is_refused_without_being_repeated)
{
    static const char *const wrong[] = {"",
                                        "ec0234a357c8ad05341010a60a397d",
                                        SAMPLE_IRK "00",
                                        "xc0234a357c8ad05341010a60a397d9b"};

    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        ck_assert_ptr_null(bh_rpa_key_new(wrong[i], &error));
        ck_assert_str_eq(error->message, "IRK is not a key of 32 hex digits");
    }
}
END_TEST

BH_TEST_MAIN("lib-rpa",
             the_sample_of_the_specification_resolves,
             the_sample_of_the_specification_is_made,
             every_other_bit_makes_it_somebody_elses,
             other_kinds_of_addresses_are_not_resolvable,
             what_is_made_with_a_key_resolves_with_it_alone,
             keys_may_be_written_as_people_write_bytes,
             what_is_no_key_is_refused_without_being_repeated)
