/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* See the header. */
#include "columns.h"

#define ELLIPSIS 0x2026

static guint
width_of(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? 2 : 1;
}

guint
bh_columns_of(const char *text)
{
    guint columns = 0;

    for (; *text; text = g_utf8_next_char(text))
        columns += width_of(g_utf8_get_char(text));
    return columns;
}

guint
bh_columns_append(const char *text, guint columns, GString *out)
{
    guint used = 0;

    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);

        if (used + width_of(c) > columns)
            break;
        used += width_of(c);
        g_string_append_unichar(out, c);
    }
    return used;
}

/* As much of the end as fits. */
static guint
append_end(const char *text, guint columns, GString *out)
{
    guint used = bh_columns_of(text);

    for (; used > columns; text = g_utf8_next_char(text))
        used -= width_of(g_utf8_get_char(text));
    g_string_append(out, text);
    return used;
}

void
bh_columns_append_cell(const char *text, guint columns, gboolean ascii, GString *out)
{
    guint used;

    if (bh_columns_of(text) <= columns) {
        used = bh_columns_append(text, columns, out);
    } else {
        used = bh_columns_append(text, (columns - 1) / 2, out) + 1;
        g_string_append_unichar(out, ascii ? '~' : ELLIPSIS);
        used += append_end(text, columns - used, out);
    }
    g_string_append_printf(out, "%*s", (int)(columns - used), "");
}
