/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * UUIDs as text and as bytes on the air.
 */
#include "bh-error.h"
#include "bh-uuid.h"
#include "test-main.h"

START_TEST(text_that_is_no_uuid_is_refused_and_leaves_no_trace)
{
    static const char *const cases[] = {
        "",
        "0x",
        "1",
        "180",
        "180g",
        "180d ",
        "0x180",
        "0x0x180d",
        "0000180d0",
        "0000180d-0000-1000-8000-00805f9b34f",
        "0000180d-0000-1000-8000-00805f9b34fbb",
        "0000180d-0000-1000-8000_00805f9b34fb",
        "0000180d0000-1000-8000-00805f9b34fb-",
        "0x0000180d-0000-1000-8000-00805f9b34fb",
        "0000180d00001000800000805f9b34fb",
        "{0000180d-0000-1000-8000-00805f9b34f}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhUuid uuid = {{1, 2, 3}};
        BhUuid before = uuid;
        g_autoptr(GError) error = NULL;
        ck_assert_msg(!bh_uuid_parse(cases[i], &uuid, &error), "%s", cases[i]);
        ck_assert(g_error_matches(error, BH_ERROR, BH_ERROR_INVALID_ARGUMENTS));
        ck_assert(bh_uuid_equal(&uuid, &before));
    }
}
END_TEST

START_TEST(short_and_long_forms_become_the_long_one)
{
    static const struct {
        const char *text;
        const char *formatted;
        gsize size;
    } cases[] = {
        {"180d", "0000180d-0000-1000-8000-00805f9b34fb", 2},
        {"180D", "0000180d-0000-1000-8000-00805f9b34fb", 2},
        {"0x180D", "0000180d-0000-1000-8000-00805f9b34fb", 2},
        {"0X180d", "0000180d-0000-1000-8000-00805f9b34fb", 2},
        {"0000180d", "0000180d-0000-1000-8000-00805f9b34fb", 2},
        {"12345678", "12345678-0000-1000-8000-00805f9b34fb", 4},
        {"0x12345678", "12345678-0000-1000-8000-00805f9b34fb", 4},
        {"0000180D-0000-1000-8000-00805F9B34FB", "0000180d-0000-1000-8000-00805f9b34fb", 2},
        {"6E400001-B5A3-F393-E0A9-E50E24DCCA9E", "6e400001-b5a3-f393-e0a9-e50e24dcca9e", 16},
        {"00000001-0000-1000-8000-00805f9b34fc", "00000001-0000-1000-8000-00805f9b34fc", 16},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhUuid uuid, back;
        char text[BH_UUID_TEXT_SIZE];
        guint8 bytes[16];
        ck_assert(bh_uuid_parse(cases[i].text, &uuid, NULL));
        bh_uuid_format(&uuid, text);
        ck_assert_str_eq(text, cases[i].formatted);
        ck_assert_uint_eq(bh_uuid_to_le(&uuid, bytes), cases[i].size);
        bh_uuid_from_le(bytes, cases[i].size, &back);
        ck_assert(bh_uuid_equal(&uuid, &back));
    }
}
END_TEST

START_TEST(bytes_on_the_air_are_backwards)
{
    static const struct {
        const char *hex;
        const char *text;
    } cases[] = {
        {"0d18", "0000180d-0000-1000-8000-00805f9b34fb"},
        {"78563412", "12345678-0000-1000-8000-00805f9b34fb"},
        {"9ecadc240ee5a9e093f3a3b50100406e", "6e400001-b5a3-f393-e0a9-e50e24dcca9e"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize size;
        BhUuid uuid;
        char text[BH_UUID_TEXT_SIZE];
        guint8 bytes[16];
        g_autofree guint8 *air = bh_test_bytes(cases[i].hex, &size);
        bh_uuid_from_le(air, size, &uuid);
        bh_uuid_format(&uuid, text);
        ck_assert_str_eq(text, cases[i].text);
        ck_assert_uint_eq(bh_uuid_to_le(&uuid, bytes), size);
        ck_assert_mem_eq(bytes, air, size);
    }
}
END_TEST

START_TEST(short_form_is_what_the_air_would_carry)
{
    static const struct {
        const char *text;
        const char *formatted;
    } cases[] = {
        {"0000180D-0000-1000-8000-00805F9B34FB", "180d"},
        {"0000000a-0000-1000-8000-00805f9b34fb", "000a"},
        {"12345678-0000-1000-8000-00805f9b34fb", "12345678"},
        {"00010000-0000-1000-8000-00805f9b34fb", "00010000"},
        {"6E400001-B5A3-F393-E0A9-E50E24DCCA9E", "6e400001-b5a3-f393-e0a9-e50e24dcca9e"},
        {"0000180d-0000-1000-8000-00805f9b34fc", "0000180d-0000-1000-8000-00805f9b34fc"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        char text[BH_UUID_TEXT_SIZE];
        BhUuid uuid;

        ck_assert(bh_uuid_parse(cases[i].text, &uuid, NULL));
        bh_uuid_format_short(&uuid, text);
        ck_assert_str_eq(text, cases[i].formatted);
    }
}
END_TEST

BH_TEST_MAIN("lib-uuid",
             short_form_is_what_the_air_would_carry,
             text_that_is_no_uuid_is_refused_and_leaves_no_trace,
             short_and_long_forms_become_the_long_one,
             bytes_on_the_air_are_backwards)
