/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The advertising data reader against broken bytes first, then field by field, then building and
 * merging.
 */
#include "bh-ad.h"
#include "test-main.h"

/* Flags, two UUID lists, a name, manufacturer and service data, TX power. */
#define RICH                                                                                       \
    "020106 0303aafe 0502 0d180f18 0509 61626364 06ff 4c00021510 0516aafe0001 020afc "             \
    "1107 9ecadc240ee5a9e093f3a3b50100406e"

START_TEST(parser_keeps_what_came_before_a_broken_structure)
{
    static const struct {
        const char *hex;
        gsize valid;
        gboolean malformed;
    } cases[] = {
        {"", 0, FALSE},
        {"00", 0, FALSE},
        {"000000", 0, FALSE},
        {"01", 0, TRUE},
        {"ff", 0, TRUE},
        {"0201", 0, TRUE},
        {"0109", 2, FALSE},
        {"020106", 3, FALSE},
        {"020106 01", 3, TRUE},
        {"020106 05ff4c00", 3, TRUE},
        {"020106 ff09", 3, TRUE},
        {"020106 0000", 3, FALSE},
        {"020106 00 0303aafe", 3, FALSE},
        {"020106 0303aafe 03", 7, TRUE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize size;
        gboolean malformed;
        g_autofree guint8 *bytes = bh_test_bytes(cases[i].hex, &size);
        ck_assert_uint_eq(bh_ad_valid_size(bytes, size, &malformed), cases[i].valid);
        ck_assert_int_eq(malformed, cases[i].malformed);
        ck_assert_uint_eq(bh_ad_valid_size(bytes, size, NULL), cases[i].valid);
    }
}
END_TEST

START_TEST(parser_finds_in_each_prefix_the_structures_that_are_whole)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes(RICH, &size);
    gsize border = 0;

    for (gsize cut = 0; cut <= size; cut++) {
        g_autofree guint8 *prefix = g_memdup2(bytes, cut);
        gboolean malformed;
        if (cut == border + 1 + bytes[border])
            border = cut;
        ck_assert_uint_eq(bh_ad_valid_size(prefix, cut, &malformed), border);
        ck_assert_int_eq(malformed, cut != border);
    }
    ck_assert_uint_eq(border, size);
}
END_TEST

START_TEST(iterator_tells_type_length_and_data)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes("020106 0109 03ffaabb", &size);
    BhAdIter iter;
    BhAdStructure structure;

    bh_ad_iter_init(&iter, bytes, size);
    ck_assert(bh_ad_iter_next(&iter, &structure));
    ck_assert_uint_eq(structure.type, BH_AD_FLAGS);
    ck_assert_uint_eq(structure.length, 1);
    ck_assert_uint_eq(structure.data[0], 6);
    ck_assert(bh_ad_iter_next(&iter, &structure));
    ck_assert_uint_eq(structure.type, BH_AD_NAME_COMPLETE);
    ck_assert_uint_eq(structure.length, 0);
    ck_assert(bh_ad_iter_next(&iter, &structure));
    ck_assert_uint_eq(structure.length, 2);
    ck_assert_uint_eq(structure.data[1], 0xbb);
    ck_assert(!bh_ad_iter_next(&iter, &structure));
    ck_assert(!iter.malformed);
}
END_TEST

START_TEST(longest_structure_is_read_whole)
{
    guint8 bytes[256] = {255, BH_AD_MANUFACTURER};
    BhAdStructure structure;

    ck_assert_uint_eq(bh_ad_valid_size(bytes, 255, NULL), 0);
    ck_assert_uint_eq(bh_ad_valid_size(bytes, 256, NULL), 256);
    ck_assert(bh_ad_find(bytes, 256, BH_AD_MANUFACTURER, 254, 254, &structure));
}
END_TEST

START_TEST(find_takes_the_first_of_possible_length)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes("03190102 04190102 03 0319 0304", &size);
    BhAdStructure structure;

    ck_assert(!bh_ad_find(bytes, size, BH_AD_FLAGS, 0, 254, &structure));
    ck_assert(!bh_ad_find(bytes, size, BH_AD_APPEARANCE, 4, 254, &structure));
    ck_assert(bh_ad_find(bytes, size, BH_AD_APPEARANCE, 3, 3, &structure));
    ck_assert_ptr_eq(structure.data, bytes + 6);
    ck_assert(bh_ad_find(bytes, size, BH_AD_APPEARANCE, 0, 254, &structure));
    ck_assert_ptr_eq(structure.data, bytes + 2);
}
END_TEST

START_TEST(name_is_the_complete_one_and_always_clean_text)
{
    static const struct {
        const char *hex;
        const char *name;
    } cases[] = {
        {"020106", NULL},
        {"0509 6162", NULL},              /* runs past the end */
        {"0109", ""},                     /* there, and empty */
        {"0308 6162", "ab"},              /* short only */
        {"0308 6162 0409 616263", "abc"}, /* complete after short */
        {"0409 616263 0308 6162", "abc"}, /* and before */
        {"0308 6162 0308 6364", "ab"},    /* first of two */
        {"0509 61620000", "ab"},          /* padded */
        {"0309 0000", ""},                /* nothing but padding */
        {"0409 610062",
         "a\xef\xbf\xbd"
         "b"}, /* NUL inside */
        {"0409 610a62",
         "a\xef\xbf\xbd"
         "b"}, /* line feed */
        {"0409 611b62",
         "a\xef\xbf\xbd"
         "b"}, /* escape */
        {"0509 61c29b62",
         "a\xef\xbf\xbd"
         "b"}, /* C1 control */
        {"0409 61ff62",
         "a\xef\xbf\xbd"
         "b"},                          /* not UTF-8 */
        {"0309 61c3", "a\xef\xbf\xbd"}, /* cut in a character */
        {"0409 c3a962",
         "\xc3\xa9"
         "b"}, /* and a good one */
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize size;
        g_autofree guint8 *bytes = bh_test_bytes(cases[i].hex, &size);
        g_autofree char *name = bh_ad_dup_name(bytes, size);
        ck_assert_pstr_eq(name, cases[i].name);
    }
}
END_TEST

START_TEST(found_name_is_where_it_lies_in_the_payload)
{
    gsize size, name_size;
    const guint8 *name = NULL;
    g_autofree guint8 *bytes = bh_test_bytes("020106 0409 61ff00", &size);

    ck_assert(!bh_ad_find_name(bytes, 3, &name, &name_size));
    ck_assert_ptr_null(name);
    ck_assert(bh_ad_find_name(bytes, size, &name, &name_size));
    ck_assert_ptr_eq(name, bytes + 5);
    ck_assert_uint_eq(name_size, 3);
}
END_TEST

START_TEST(text_of_nothing_is_empty)
{
    g_autofree char *text = bh_ad_dup_text(NULL, 0);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(numbers_of_impossible_length_are_skipped)
{
    gsize size;
    g_autofree guint8 *bytes =
        bh_test_bytes("010a 030a0102 0219aa 0419010203 0101 021aaa 061a0102030405", &size);
    gint8 dbm = 99;
    guint8 flags = 99;
    guint16 appearance = 99;
    double ms = 99.0;

    ck_assert(!bh_ad_find_tx_power(bytes, size, &dbm));
    ck_assert(!bh_ad_find_appearance(bytes, size, &appearance));
    ck_assert(!bh_ad_find_flags(bytes, size, &flags));
    ck_assert(!bh_ad_find_advertising_interval(bytes, size, &ms));
    ck_assert_int_eq(dbm, 99);
    ck_assert_uint_eq(appearance, 99);
    ck_assert_uint_eq(flags, 99);
    ck_assert_double_eq(ms, 99.0);
}
END_TEST

START_TEST(numbers_are_read_after_an_impossible_one)
{
    gsize size;
    g_autofree guint8 *bytes =
        bh_test_bytes("010a 020af4 0219aa 03194103 0101 03011a00 021aaa 031aa000", &size);
    gint8 dbm;
    guint8 flags;
    guint16 appearance;
    double ms;

    ck_assert(bh_ad_find_tx_power(bytes, size, &dbm));
    ck_assert_int_eq(dbm, -12);
    ck_assert(bh_ad_find_appearance(bytes, size, &appearance));
    ck_assert_uint_eq(appearance, 0x0341);
    ck_assert(bh_ad_find_flags(bytes, size, &flags));
    ck_assert_uint_eq(flags, 0x1a);
    ck_assert(bh_ad_find_advertising_interval(bytes, size, &ms));
    ck_assert_double_eq(ms, 100.0);
}
END_TEST

START_TEST(advertising_interval_has_two_to_four_bytes)
{
    static const struct {
        const char *hex;
        double ms;
    } cases[] = {
        {"031a 2000", 20.0},
        {"041a a08601", 62500.0},
        {"051a ffffffff", 2684354559.375},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize size;
        double ms;
        g_autofree guint8 *bytes = bh_test_bytes(cases[i].hex, &size);
        ck_assert(bh_ad_find_advertising_interval(bytes, size, &ms));
        ck_assert_double_eq(ms, cases[i].ms);
    }
}
END_TEST

START_TEST(uuids_are_found_in_every_list_of_every_width)
{
    static const struct {
        const char *hex;
        const char *uuid;
        gboolean found;
    } cases[] = {
        {"0303 0d18", "180d", TRUE},
        {"0503 0f180d18", "180d", TRUE},
        {"0302 0d18", "180d", TRUE},
        {"0505 0d180000", "180d", TRUE},
        {"0504 78563412", "12345678", TRUE},
        {"1107 fb349b5f80000080001000000d180000", "180d", TRUE},
        {"1106 9ecadc240ee5a9e093f3a3b50100406e", "6e400001-b5a3-f393-e0a9-e50e24dcca9e", TRUE},
        {"0303 0e18", "180d", FALSE},
        {"0314 0d18", "180d", FALSE},     /* solicitation */
        {"0516 0d180000", "180d", FALSE}, /* service data */
        {"0403 0d1801", "180d", FALSE},   /* impossible length */
        {"0403 0d1801 0303 0d18", "180d", TRUE},
        {"0103", "180d", FALSE},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize size;
        BhUuid uuid;
        g_autofree guint8 *bytes = bh_test_bytes(cases[i].hex, &size);
        ck_assert(bh_uuid_parse(cases[i].uuid, &uuid, NULL));
        ck_assert_msg(bh_ad_has_uuid(bytes, size, &uuid) == cases[i].found, "%s", cases[i].hex);
    }
}
END_TEST

START_TEST(manufacturer_needs_two_bytes_of_company)
{
    gsize size;
    g_autofree guint8 *bytes = bh_test_bytes("02ff4c 03ff5900 05ff4c000215", &size);

    ck_assert(bh_ad_has_manufacturer(bytes, size, 0x0059));
    ck_assert(bh_ad_has_manufacturer(bytes, size, 0x004c));
    ck_assert(!bh_ad_has_manufacturer(bytes, 7, 0x004c));
    ck_assert(!bh_ad_has_manufacturer(bytes, size, 0x594c));
}
END_TEST

START_TEST(uuid_width_follows_the_type)
{
    static const guint8 of_two[] = {0x02, 0x03, 0x14, 0x16};
    static const guint8 of_four[] = {0x04, 0x05, 0x1f, 0x20};
    static const guint8 of_sixteen[] = {0x06, 0x07, 0x15, 0x21};
    guint with_width = 0;

    for (gsize i = 0; i < 4; i++) {
        ck_assert_uint_eq(bh_ad_uuid_width(of_two[i]), 2);
        ck_assert_uint_eq(bh_ad_uuid_width(of_four[i]), 4);
        ck_assert_uint_eq(bh_ad_uuid_width(of_sixteen[i]), 16);
    }
    for (guint type = 0; type < 256; type++)
        with_width += bh_ad_uuid_width((guint8)type) != 0;
    ck_assert_uint_eq(with_width, 12);
}
END_TEST

START_TEST(append_refuses_what_does_not_fit_and_leaves_no_trace)
{
    g_autoptr(GByteArray) payload = g_byte_array_new();
    guint8 data[255] = {0};

    ck_assert(!bh_ad_append(payload, BH_AD_MANUFACTURER, data, 255));
    ck_assert_uint_eq(payload->len, 0);
    for (guint i = 0; i < 6; i++)
        ck_assert(bh_ad_append(payload, BH_AD_MANUFACTURER, data, 254));
    ck_assert(!bh_ad_append(payload, BH_AD_MANUFACTURER, data, 113));
    ck_assert_uint_eq(payload->len, 6 * 256);
    ck_assert(bh_ad_append(payload, BH_AD_MANUFACTURER, data, 112));
    ck_assert_uint_eq(payload->len, BH_AD_PAYLOAD_MAX);
    ck_assert(!bh_ad_append(payload, BH_AD_NAME_COMPLETE, NULL, 0));
}
END_TEST

START_TEST(append_writes_what_the_parser_reads)
{
    g_autoptr(GByteArray) payload = g_byte_array_new();
    ck_assert(bh_ad_append(payload, BH_AD_NAME_COMPLETE, NULL, 0));
    ck_assert(bh_ad_append(payload, BH_AD_FLAGS, "\x06", 1));

    g_autofree char *hex = bh_test_hex(payload->data, payload->len);
    ck_assert_str_eq(hex, "0109020106");
}
END_TEST

START_TEST(every_type_has_one_group)
{
    static const struct {
        guint8 type;
        BhAdGroups group;
    } cases[] = {
        {0x00, BH_AD_GROUP_OTHER},
        {0x01, BH_AD_GROUP_FLAGS},
        {0x02, BH_AD_GROUP_UUIDS},
        {0x03, BH_AD_GROUP_UUIDS},
        {0x04, BH_AD_GROUP_UUIDS},
        {0x05, BH_AD_GROUP_UUIDS},
        {0x06, BH_AD_GROUP_UUIDS},
        {0x07, BH_AD_GROUP_UUIDS},
        {0x08, BH_AD_GROUP_NAME},
        {0x09, BH_AD_GROUP_NAME},
        {0x0a, BH_AD_GROUP_TX_POWER},
        {0x14, BH_AD_GROUP_OTHER},
        {0x16, BH_AD_GROUP_SERVICE_DATA},
        {0x19, BH_AD_GROUP_APPEARANCE},
        {0x20, BH_AD_GROUP_SERVICE_DATA},
        {0x21, BH_AD_GROUP_SERVICE_DATA},
        {0x24, BH_AD_GROUP_OTHER},
        {0xff, BH_AD_GROUP_MANUFACTURER},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        ck_assert_int_eq(bh_ad_group_of(cases[i].type), cases[i].group);
}
END_TEST

START_TEST(merge_replaces_groups_where_they_stood)
{
    static const struct {
        const char *old;
        BhAdGroups replaced;
        const char *update;
        const char *merged;
    } cases[] = {
        {"", BH_AD_GROUP_ALL, "", ""},
        {"", BH_AD_GROUP_NONE, "020106", "020106"},
        {"020106", BH_AD_GROUP_NONE, "", "020106"},
        {"020106", BH_AD_GROUP_FLAGS, "", ""},
        {"020106", BH_AD_GROUP_ALL, "", ""},
        {"020106020a04", BH_AD_GROUP_ALL, "020a05020105", "020a05020105"},
        {"03ff4c00020106", BH_AD_GROUP_MANUFACTURER, "04ff4c0001", "04ff4c0001020106"},
        {"03ff4c00020106", BH_AD_GROUP_MANUFACTURER, "03ff4c00", "03ff4c00020106"},
        {"03ff4c0002010603ff5900", BH_AD_GROUP_MANUFACTURER, "03ff0100", "03ff0100020106"},
        {"03ff4c00020106", BH_AD_GROUP_MANUFACTURER, "03ff010003ff0200", "03ff010003ff0200020106"},
        {"020106", BH_AD_GROUP_MANUFACTURER, "03ff0100", "02010603ff0100"},
        {"020106020a04",
         BH_AD_GROUP_FLAGS | BH_AD_GROUP_NAME,
         "020961020105",
         "020105020a04020961"},
        {"020106ff", BH_AD_GROUP_NAME, "020961ff", "020106020961"}, /* broken tails are left out */
        /* groups that come mixed are put together, where a later merge would keep them */
        {"", BH_AD_GROUP_NAME, "02096102010602096203ff0100", "02096102096202010603ff0100"},
        {"02010600020a04", BH_AD_GROUP_NAME, "020961", "020106020961"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize old_size, update_size;
        g_autofree guint8 *old = bh_test_bytes(cases[i].old, &old_size);
        g_autofree guint8 *update = bh_test_bytes(cases[i].update, &update_size);
        g_autoptr(GByteArray) out = g_byte_array_new();
        g_byte_array_append(out, (const guint8 *)"rest", 4);

        bh_ad_merge(old, old_size, cases[i].replaced, update, update_size, out);
        g_autofree char *hex = bh_test_hex(out->data, out->len);
        ck_assert_str_eq(hex, cases[i].merged);
    }
}
END_TEST

START_TEST(merge_cuts_at_a_structure_when_it_is_too_long)
{
    g_autoptr(GByteArray) old = g_byte_array_new();
    g_autoptr(GByteArray) out = g_byte_array_new();
    guint8 data[254] = {0};
    gboolean malformed;

    for (guint i = 0; i < 6; i++)
        ck_assert(bh_ad_append(old, BH_AD_MANUFACTURER, data, 254));
    guint8 update[2 + 120] = {121, BH_AD_NAME_COMPLETE};

    bh_ad_merge(old->data, old->len, BH_AD_GROUP_NAME, update, sizeof update, out);
    ck_assert_uint_eq(out->len, old->len);
    ck_assert_uint_eq(bh_ad_valid_size(out->data, out->len, &malformed), out->len);
    ck_assert(!malformed);
}
END_TEST

BH_TEST_MAIN("lib-ad",
             parser_keeps_what_came_before_a_broken_structure,
             parser_finds_in_each_prefix_the_structures_that_are_whole,
             iterator_tells_type_length_and_data,
             longest_structure_is_read_whole,
             find_takes_the_first_of_possible_length,
             name_is_the_complete_one_and_always_clean_text,
             found_name_is_where_it_lies_in_the_payload,
             text_of_nothing_is_empty,
             numbers_of_impossible_length_are_skipped,
             numbers_are_read_after_an_impossible_one,
             advertising_interval_has_two_to_four_bytes,
             uuids_are_found_in_every_list_of_every_width,
             manufacturer_needs_two_bytes_of_company,
             uuid_width_follows_the_type,
             append_refuses_what_does_not_fit_and_leaves_no_trace,
             append_writes_what_the_parser_reads,
             every_type_has_one_group,
             merge_replaces_groups_where_they_stood,
             merge_cuts_at_a_structure_when_it_is_too_long)
