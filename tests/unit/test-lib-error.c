/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Errors go to the bus and back without loss; distances, the other one-function file, ride along.
 */
#include "bh-distance.h"
#include "bh-error.h"
#include "test-main.h"

START_TEST(foreign_error_names_are_not_ours)
{
    static const char *const cases[] = {
        "",
        "Failed",
        "org.blehub.Error",
        "org.blehub.Error.",
        "org.blehub.Error.failed",
        "org.blehub.Error.Failed.More",
        "org.bluez.Error.Failed",
        "org.blehub.Error.Att",
        "org.blehub.Error.Att.",
        "org.blehub.Error.Att.X00",
        "org.blehub.Error.Att.X03",
        "org.blehub.Error.Att.x80",
        "org.blehub.Error.Att.X100",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhError code = BH_N_ERRORS;
        ck_assert(!bh_error_from_dbus_name(cases[i], &code));
        ck_assert_int_eq(code, BH_N_ERRORS);
    }
}
END_TEST

START_TEST(every_code_has_its_own_name_and_comes_back)
{
    for (guint i = 0; i < BH_N_ERRORS; i++) {
        BhError code = BH_N_ERRORS;
        const char *name = bh_error_to_dbus_name(i);
        ck_assert(g_str_has_prefix(name, BH_ERROR_DBUS_PREFIX));
        ck_assert(bh_error_from_dbus_name(name, &code));
        ck_assert_uint_eq(code, i);
    }
    ck_assert_str_eq(bh_error_to_dbus_name(BH_ERROR_NOT_READY), "org.blehub.Error.NotReady");
}
END_TEST

START_TEST(code_out_of_range_is_a_failure)
{
    ck_assert_str_eq(bh_error_to_dbus_name(BH_N_ERRORS), "org.blehub.Error.Failed");
    ck_assert_str_eq(bh_error_to_dbus_name((BhError)-1), "org.blehub.Error.Failed");
}
END_TEST

START_TEST(every_status_of_a_device_has_its_own_name_and_comes_back)
{
    for (guint status = 1; status <= 0xff; status++) {
        BhError code = BH_N_ERRORS;
        const char *name = bh_error_to_dbus_name(BH_ERROR_ATT(status));
        ck_assert_msg(bh_error_from_dbus_name(name, &code), "%s", name);
        ck_assert(BH_ERROR_IS_ATT(code));
        ck_assert_uint_eq(BH_ERROR_ATT_STATUS(code), status);
    }
}
END_TEST

START_TEST(status_is_named_as_the_specification_does)
{
    static const struct {
        BhError code;
        const char *name;
    } cases[] = {
        {BH_ERROR_ATT(0x01), "org.blehub.Error.Att.InvalidHandle"},
        {BH_ERROR_ATT(0x0d), "org.blehub.Error.Att.InvalidAttributeValueLength"},
        {BH_ERROR_ATT(0x13), "org.blehub.Error.Att.ValueNotAllowed"},
        {BH_ERROR_ATT(0x14), "org.blehub.Error.Att.X14"},
        {BH_ERROR_ATT(0x80), "org.blehub.Error.Att.X80"},
        {BH_ERROR_ATT(0xfc), "org.blehub.Error.Att.XFC"},
        {BH_ERROR_ATT_HIDDEN, "org.blehub.Error.Att.Hidden"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        BhError code = BH_N_ERRORS;
        ck_assert_str_eq(bh_error_to_dbus_name(cases[i].code), cases[i].name);
        ck_assert(bh_error_from_dbus_name(cases[i].name, &code));
        ck_assert_uint_eq(code, cases[i].code);
    }
    ck_assert_str_eq(bh_error_to_dbus_name(BH_ERROR_ATT_BASE), "org.blehub.Error.Failed");
}
END_TEST

START_TEST(message_of_a_status_begins_with_the_byte)
{
    g_autoptr(GError) known = bh_error_new_att(0x03);
    g_autoptr(GError) own = bh_error_new_att(0x81);

    ck_assert(g_error_matches(known, BH_ERROR, BH_ERROR_ATT(0x03)));
    ck_assert_str_eq(known->message, "0x03 Write not permitted");
    ck_assert_str_eq(own->message, "0x81 Application error");
}
END_TEST

START_TEST(error_domain_has_a_name)
{
    ck_assert_str_eq(g_quark_to_string(BH_ERROR), "bh-error-quark");
}
END_TEST

START_TEST(distance_grows_tenfold_with_ten_exponents_of_decibels)
{
    ck_assert_double_eq_tol(bh_distance_m(-59, -59, 2.5), 1.0, 1e-9);
    ck_assert_double_eq_tol(bh_distance_m(-84, -59, 2.5), 10.0, 1e-9);
    ck_assert_double_eq_tol(bh_distance_m(-34, -59, 2.5), 0.1, 1e-9);
    ck_assert_double_eq_tol(bh_distance_m(-79, -59, 2.0), 10.0, 1e-9);
    ck_assert_double_eq_tol(bh_distance_m(-70.5, -59, 2.5), 2.88403, 1e-5);
}
END_TEST

BH_TEST_MAIN("lib-error",
             foreign_error_names_are_not_ours,
             every_code_has_its_own_name_and_comes_back,
             code_out_of_range_is_a_failure,
             every_status_of_a_device_has_its_own_name_and_comes_back,
             status_is_named_as_the_specification_does,
             message_of_a_status_begins_with_the_byte,
             error_domain_has_a_name,
             distance_grows_tenfold_with_ten_exponents_of_decibels)
