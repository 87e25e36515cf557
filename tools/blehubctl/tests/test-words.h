/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * For tests of what blehubctl makes of values: they are written as text, and text is what comes
 * out.
 */
#include <check.h>
#include <glib.h>

/* Not floating. */
static inline GVariant *
ctl_parse(const char *type, const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *value = g_variant_parse(G_VARIANT_TYPE(type), text, NULL, NULL, &error);

    ck_assert_msg(value != NULL, "%s: %s", text, error ? error->message : "");
    return value;
}

/* Takes text. */
static inline void
ctl_assert_text(char *text, const char *expected)
{
    ck_assert_str_eq(text, expected);
    g_free(text);
}
