/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What every unit test program shares: its main(), and bytes written as hex. A file has its tests
 * and ends with BH_TEST_MAIN("suite", test, test...); a test that is not listed does not compile.
 */
#include <check.h>
#include <glib.h>

#define BH_TEST_MAIN(name, ...)                                                                    \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        return bh_test_run(name, tests, G_N_ELEMENTS(tests));                                      \
    }

/* For main() to return. */
static inline int
bh_test_run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

static inline int
bh_test_run(const char *name, const TTest *const *tests, gsize n)
{
    Suite *suite = suite_create(name);
    for (gsize i = 0; i < n; i++) {
        TCase *tcase = tcase_create(tests[i]->name); /* for CK_RUN_CASE */
        suite_add_tcase(suite, tcase);
        tcase_add_test(tcase, tests[i]);
    }
    return bh_test_run_suite(suite);
}

/* The bytes of "02 01 06", in a block of exactly their size so that a sanitizer sees every step
 * outside. */
static inline guint8 *
bh_test_bytes(const char *hex, gsize *size)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    for (; *hex != '\0'; hex++) {
        if (*hex == ' ')
            continue;
        guint8 byte = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        g_byte_array_append(bytes, &byte, 1);
        hex++;
    }
    *size = bytes->len;
    return g_memdup2(bytes->data, bytes->len);
}

static inline char *
bh_test_hex(const guint8 *bytes, gsize size)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < size; i++)
        g_string_append_printf(text, "%02x", bytes[i]);
    return g_string_free(text, FALSE);
}
