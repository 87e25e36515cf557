/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A character goes out if Unicode calls it printable, which excludes both ranges of control
 * characters, and if it is not one of the two that Unicode made to end lines and paragraphs.
 */
#include "terminal.h"

#define REPLACEMENT 0xfffd

gboolean
bh_terminal_is_harmless(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);

    return g_unichar_isprint(c) && type != G_UNICODE_LINE_SEPARATOR &&
           type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

void
bh_terminal_append(GString *out, const char *text)
{
    while (*text) {
        gunichar c = g_utf8_get_char_validated(text, -1);
        gboolean valid = c != (gunichar)-1 && c != (gunichar)-2;

        g_string_append_unichar(out, valid && bh_terminal_is_harmless(c) ? c : REPLACEMENT);
        text = valid ? g_utf8_next_char(text) : text + 1;
    }
}
