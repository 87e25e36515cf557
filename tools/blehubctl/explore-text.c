/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A level of the tree is two spaces. UUIDs that have a short form are shown in it; standard names
 * come from blehubd. Values are hex, and text behind it where they look like text.
 */
#include "explore-text.h"

#include "bh-hex.h"
#include "terminal.h"
#include "uuid-text.h"

/* "180d Heart Rate", what every kind of row begins with. */
static void
append_head(GString *out, GVariant *row)
{
    const char *uuid = "?", *name = NULL;

    g_variant_lookup(row, "UUID", "&s", &uuid);
    bh_uuid_append_short(out, uuid);
    if (!g_variant_lookup(row, "Name", "&s", &name))
        return;
    g_string_append_c(out, ' ');
    bh_terminal_append(out, name);
}

static gboolean
is_text(const guint8 *bytes, gsize size)
{
    if (size < 2 || !g_utf8_validate((const char *)bytes, (gssize)size, NULL))
        return FALSE;
    for (const char *at = (const char *)bytes; at < (const char *)bytes + size;
         at = g_utf8_next_char(at))
        if (!bh_terminal_is_harmless(g_utf8_get_char(at)))
            return FALSE;
    return TRUE;
}

static void
append_value(GString *out, GVariant *row)
{
    g_autoptr(GVariant) value = g_variant_lookup_value(row, "Value", G_VARIANT_TYPE_BYTESTRING);
    const char *reason = NULL;

    if (value) {
        gsize size = 0;
        const guint8 *bytes = g_variant_get_fixed_array(value, &size, 1);
        g_autofree char *hex = bh_hex_from_bytes(bytes, size);

        g_string_append_printf(out, " = %s", size > 0 ? hex : "(empty)");
        if (is_text(bytes, size))
            g_string_append_printf(out, " \"%.*s\"", (int)size, (const char *)bytes);
    } else if (g_variant_lookup(row, "ValueError", "&s", &reason)) {
        g_string_append(out, " = (");
        bh_terminal_append(out, reason);
        g_string_append_c(out, ')');
    }
}

static void
append_flags(GString *out, GVariant *row)
{
    g_autofree const char **flags = NULL;
    g_autofree char *joined = NULL;

    if (!g_variant_lookup(row, "Flags", "^a&s", &flags) || !flags[0])
        return;
    joined = g_strjoinv(", ", (char **)flags);
    g_string_append(out, " [");
    bh_terminal_append(out, joined);
    g_string_append_c(out, ']');
}

static void
append_rows(GString *out, GVariant *parent, const char *key, void (*append)(GString *, GVariant *))
{
    g_autoptr(GVariant) rows = g_variant_lookup_value(parent, key, G_VARIANT_TYPE("aa{sv}"));

    for (gsize i = 0; rows && i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

        append(out, row);
    }
}

static void
append_descriptor(GString *out, GVariant *row)
{
    g_string_append(out, "    ");
    append_head(out, row);
    append_value(out, row);
    g_string_append_c(out, '\n');
}

static void
append_characteristic(GString *out, GVariant *row)
{
    guint32 instance = 0;

    g_string_append(out, "  ");
    append_head(out, row);
    if (g_variant_lookup(row, "Instance", "u", &instance) && instance > 0)
        g_string_append_printf(out, " (instance %u)", instance);
    append_flags(out, row);
    append_value(out, row);
    g_string_append_c(out, '\n');
    append_rows(out, row, "Descriptors", append_descriptor);
}

static void
append_service(GString *out, GVariant *row)
{
    gboolean primary = TRUE;

    append_head(out, row);
    g_variant_lookup(row, "Primary", "b", &primary);
    g_string_append(out, primary ? "\n" : " (secondary)\n");
    append_rows(out, row, "Characteristics", append_characteristic);
}

char *
bh_explore_text(GVariant *services)
{
    GString *out = g_string_new(NULL);

    for (gsize i = 0; i < g_variant_n_children(services); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(services, i);

        append_service(out, row);
    }
    if (out->len == 0)
        g_string_append(out, "no services\n");
    return g_string_free(out, FALSE);
}
