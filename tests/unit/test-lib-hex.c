/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Hexadecimal text, there and back.
 */
#include "bh-hex.h"
#include "test-main.h"

START_TEST(what_is_not_pairs_of_digits_is_refused)
{
    static const char *const bad[] = {"020", "02 0 1", "0201fg", "zz", "02,01", "0x0x02"};

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        ck_assert_msg(bh_bytes_from_hex(bad[i]) == NULL, "%s", bad[i]);
}
END_TEST

START_TEST(hex_is_read_as_people_paste_it)
{
    static const char *const good[] =
        {"0201ff", "0x0201FF", "02:01:ff", "02-01-ff", " 02 01 ff\n", "0201 ff "};

    for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GBytes) bytes = bh_bytes_from_hex(good[i]);

        ck_assert_msg(bytes != NULL, "%s", good[i]);
        ck_assert_uint_eq(g_bytes_get_size(bytes), 3);
        ck_assert_mem_eq(g_bytes_get_data(bytes, NULL), "\x02\x01\xff", 3);
    }
}
END_TEST

START_TEST(no_digits_are_no_bytes)
{
    g_autoptr(GBytes) bytes = bh_bytes_from_hex("");
    g_autofree char *hex = bh_hex_from_bytes(NULL, 0);

    ck_assert_uint_eq(g_bytes_get_size(bytes), 0);
    ck_assert_str_eq(hex, "");
}
END_TEST

START_TEST(bytes_are_written_in_lower_case_without_separators)
{
    g_autofree char *hex = bh_hex_from_bytes((const guint8 *)"\x00\x7f\xAB", 3);

    ck_assert_str_eq(hex, "007fab");
}
END_TEST

BH_TEST_MAIN("lib-hex",
             what_is_not_pairs_of_digits_is_refused,
             hex_is_read_as_people_paste_it,
             no_digits_are_no_bytes,
             bytes_are_written_in_lower_case_without_separators)
