/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Names of UUIDs: none is guessed, and the sorted table gives every row it has.
 */
#include "bh-names.h"
#include "test-main.h"

START_TEST(unknown_uuids_have_no_name)
{
    static const char *const cases[] = {
        "0000",
        "ffff",
        "17ff",
        "1234180d",
        "0000180d-0000-1000-8000-00805f9b34fc",
        "6e400001-b5a3-f393-e0a9-e50e24dcca9e",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhUuid uuid;
        BhNameKind kind = 99;
        ck_assert(bh_uuid_parse(cases[i], &uuid, NULL));
        ck_assert_ptr_null(bh_uuid_name(&uuid, &kind));
        ck_assert_int_eq(kind, 99);
    }
}
END_TEST

START_TEST(well_known_uuids_have_name_and_kind)
{
    static const struct {
        const char *uuid;
        const char *name;
        BhNameKind kind;
    } cases[] = {
        {"1800", "Generic Access", BH_NAME_SERVICE},
        {"180d", "Heart Rate", BH_NAME_SERVICE},
        {"180f", "Battery", BH_NAME_SERVICE},
        {"1859", "Mesh Proxy Solicitation", BH_NAME_SERVICE},
        {"2900", "Characteristic Extended Properties", BH_NAME_DESCRIPTOR},
        {"2902", "Client Characteristic Configuration", BH_NAME_DESCRIPTOR},
        {"2a00", "Device Name", BH_NAME_CHARACTERISTIC},
        {"2a19", "Battery Level", BH_NAME_CHARACTERISTIC},
        {"2a6e", "Temperature", BH_NAME_CHARACTERISTIC},
        {"2b2a", "Database Hash", BH_NAME_CHARACTERISTIC},
        {"fcd2", "BTHome", BH_NAME_MEMBER},
        {"fd6f", "Exposure Notification", BH_NAME_MEMBER},
        {"feaa", "Eddystone", BH_NAME_MEMBER},
        {"0000feaa-0000-1000-8000-00805f9b34fb", "Eddystone", BH_NAME_MEMBER},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhUuid uuid;
        BhNameKind kind;
        ck_assert(bh_uuid_parse(cases[i].uuid, &uuid, NULL));
        ck_assert_pstr_eq(bh_uuid_name(&uuid, &kind), cases[i].name);
        ck_assert_int_eq(kind, cases[i].kind);
    }
}
END_TEST

static guint
count_names(guint from, guint to, BhNameKind expected)
{
    guint n = 0;
    for (guint number = from; number <= to; number++) {
        guint8 bytes[] = {(guint8)number, (guint8)(number >> 8)};
        BhUuid uuid;
        BhNameKind kind;
        bh_uuid_from_le(bytes, sizeof bytes, &uuid);
        const char *name = bh_uuid_name(&uuid, &kind);
        if (name == NULL)
            continue;
        ck_assert_int_eq(kind, expected);
        ck_assert(*name != '\0' && g_utf8_validate(name, -1, NULL));
        n++;
    }
    return n;
}

START_TEST(kinds_have_their_own_ranges_and_no_row_is_lost)
{
    ck_assert_uint_eq(count_names(0x0000, 0x17ff, BH_NAME_SERVICE), 0);
    ck_assert_uint_ge(count_names(0x1800, 0x18ff, BH_NAME_SERVICE), 68);
    ck_assert_uint_ge(count_names(0x2900, 0x29ff, BH_NAME_DESCRIPTOR), 16);
    ck_assert_uint_ge(count_names(0x2a00, 0x2bff, BH_NAME_CHARACTERISTIC), 350);
    ck_assert_uint_ge(count_names(0xfc00, 0xffff, BH_NAME_MEMBER), 55);
}
END_TEST

BH_TEST_MAIN("lib-names",
             unknown_uuids_have_no_name,
             well_known_uuids_have_name_and_kind,
             kinds_have_their_own_ranges_and_no_row_is_lost)
