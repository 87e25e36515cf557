/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Payloads as rows: what a program reads for given bytes, as GVariant text with its types.
 */
#include "bh-ad.h"
#include "test-main.h"

static char *
row_text(const guint8 *bytes, gsize size)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_VARDICT);
    bh_ad_add_to_row(bytes, size, &builder);
    g_autoptr(GVariant) row = g_variant_ref_sink(g_variant_builder_end(&builder));
    ck_assert(g_variant_is_normal_form(row));
    return g_variant_print(row, TRUE);
}

typedef struct {
    const char *hex;
    const char *row;
} RowCase;

static void
check_rows(const RowCase *cases, gsize n)
{
    for (gsize i = 0; i < n; i++) {
        gsize size;
        g_autofree guint8 *bytes = bh_test_bytes(cases[i].hex, &size);
        g_autofree char *text = row_text(bytes, size);
        ck_assert_str_eq(text, cases[i].row);
    }
}

START_TEST(broken_and_impossible_structures_add_nothing)
{
    static const RowCase cases[] = {
        {"", "@a{sv} {}"},
        {"0000", "@a{sv} {}"},
        {"05ff4c00", "@a{sv} {}"},
        {"02ff4c", "@a{sv} {}"},     /* no company */
        {"02160d", "@a{sv} {}"},     /* no UUID */
        {"0420010203", "@a{sv} {}"}, /* 32-bit UUID cut */
        {"0403010203", "@a{sv} {}"}, /* list cut in a UUID */
        {"0103 0114", "@a{sv} {}"},  /* empty lists */
        {"010a 0219aa 0101 011c 03120102", "@a{sv} {}"},
        {"021aaa", "@a{sv} {}"},
    };
    check_rows(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(good_structures_around_impossible_ones_stay)
{
    static const RowCase cases[] = {
        {"02ff4c 0309 6162 05ff4c00", "{'Name': <'ab'>}"},
        {"0403010203 03030d18", "{'UUIDs': <['0000180d-0000-1000-8000-00805f9b34fb']>}"},
        {"030a0101 020a05", "{'TxPower': <int16 5>}"},
        {"0101 020106", "{'AdvertisingFlags': <[byte 0x06]>}"},
    };
    check_rows(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(each_type_has_its_key_and_its_dbus_type)
{
    static const RowCase cases[] = {
        {"0109", "{'Name': <''>}"},
        {"020af4", "{'TxPower': <int16 -12>}"},
        {"03194103", "{'Appearance': <uint16 833>}"},
        {"03010618", "{'AdvertisingFlags': <[byte 0x06, 0x18]>}"},
        {"021c02", "{'LERole': <byte 0x02>}"},
        {"031aa000", "{'AdvertisingIntervalMs': <100.0>}"},
        {"0512 10002000", "{'ConnectionIntervals': <(uint16 16, uint16 32)>}"},
        {"05ff4c000215", "{'ManufacturerData': <{uint16 76: <[byte 0x02, 0x15]>}>}"},
        {"03ff5900", "{'ManufacturerData': <{uint16 89: <@ay []>}>}"},
        {"0516aafe0010",
         "{'ServiceData': <{'0000feaa-0000-1000-8000-00805f9b34fb': <[byte 0x00, 0x10]>}>}"},
        {"0620 78563412 07",
         "{'ServiceData': <{'12345678-0000-1000-8000-00805f9b34fb': <[byte 0x07]>}>}"},
        {"1121 9ecadc240ee5a9e093f3a3b50100406e",
         "{'ServiceData': <{'6e400001-b5a3-f393-e0a9-e50e24dcca9e': <@ay []>}>}"},
        {"0324 1761", "{'URI': <'https:a'>}"},
        {"0324 0161", "{'URI': <'a'>}"},
        {"0314 0d18", "{'SolicitUUIDs': <['0000180d-0000-1000-8000-00805f9b34fb']>}"},
        {"051f 0d180000", "{'SolicitUUIDs': <['0000180d-0000-1000-8000-00805f9b34fb']>}"},
        {"1115 9ecadc240ee5a9e093f3a3b50100406e",
         "{'SolicitUUIDs': <['6e400001-b5a3-f393-e0a9-e50e24dcca9e']>}"},
    };
    check_rows(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(types_without_a_key_are_data)
{
    static const RowCase cases[] = {
        {"0200aa 0130", "{'Data': <{byte 0x00: <[byte 0xaa]>, 0x30: <@ay []>}>}"},
        {"0717 010203040506",
         "{'Data': <{byte 0x17: <[byte 0x01, 0x02, 0x03, 0x04, 0x05, 0x06]>}>}"},
        {"0324 7f61", "{'Data': <{byte 0x24: <[byte 0x7f, 0x61]>}>}"}, /* unknown scheme */
        {"0124", "{'Data': <{byte 0x24: <@ay []>}>}"},
    };
    check_rows(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(of_several_for_one_key_the_last_wins)
{
    static const RowCase cases[] = {
        {"04ff4c0001 04ff590002 04ff4c0003",
         "{'ManufacturerData': <{uint16 89: <[byte 0x02]>, 76: <[byte 0x03]>}>}"},
        {"0416aafe01 0620aafe000002",
         "{'ServiceData': <{'0000feaa-0000-1000-8000-00805f9b34fb': <[byte 0x02]>}>}"},
        {"023001 023002", "{'Data': <{byte 0x30: <[byte 0x02]>}>}"},
        {"020a01 020a02", "{'TxPower': <int16 1>}"},
        {"0324 1661 0324 1662", "{'URI': <'http:a'>}"},
        {"0324 7f61 0324 1662", "{'URI': <'http:b'>, 'Data': <{byte 0x24: <[byte 0x7f, 0x61]>}>}"},
    };
    check_rows(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(uuid_lists_become_one_without_repeats)
{
    static const RowCase cases[] = {
        {"05020d180f18 03030d18 05050d180000 0505 78563412",
         "{'UUIDs': <['0000180d-0000-1000-8000-00805f9b34fb', "
         "'0000180f-0000-1000-8000-00805f9b34fb', '12345678-0000-1000-8000-00805f9b34fb']>}"},
    };
    check_rows(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(hostile_text_is_clean_in_the_row)
{
    static const RowCase cases[] = {
        {"0409 61ff00", "{'Name': <'a\xef\xbf\xbd'>}"},
        {"0524 16 610a62",
         "{'URI': <'http:a\xef\xbf\xbd"
         "b'>}"},
    };
    check_rows(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(value_keeps_embedded_nul)
{
    static const RowCase cases[] = {
        {"07ff4c00 00010002",
         "{'ManufacturerData': <{uint16 76: <[byte 0x00, 0x01, 0x00, 0x02]>}>}"},
    };
    check_rows(cases, G_N_ELEMENTS(cases));
}
END_TEST

START_TEST(longest_payload_of_shortest_structures_is_a_row)
{
    guint8 bytes[BH_AD_PAYLOAD_MAX];
    for (gsize i = 0; i + 1 < sizeof bytes; i += 2) {
        bytes[i] = 1;
        bytes[i + 1] = (guint8)(i / 2);
    }
    g_autofree char *text = row_text(bytes, sizeof bytes);
    ck_assert(g_str_has_prefix(text, "{'Name': <''>, 'Data': <{byte 0x"));
}
END_TEST

BH_TEST_MAIN("lib-ad-row",
             broken_and_impossible_structures_add_nothing,
             good_structures_around_impossible_ones_stay,
             each_type_has_its_key_and_its_dbus_type,
             types_without_a_key_are_data,
             of_several_for_one_key_the_last_wins,
             uuid_lists_become_one_without_repeats,
             hostile_text_is_clean_in_the_row,
             value_keeps_embedded_nul,
             longest_payload_of_shortest_structures_is_a_row)
