/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A character goes out if Unicode calls it printable, which excludes both ranges of control
 * characters. */
#include "terminal.h"

#define REPLACEMENT 0xfffd

void
bh_terminal_append(GString *out, const char *text)
{
    while (*text) {
        gunichar c = g_utf8_get_char_validated(text, -1);
        gboolean valid = c != (gunichar)-1 && c != (gunichar)-2;

        g_string_append_unichar(out, valid && g_unichar_isprint(c) ? c : REPLACEMENT);
        text = valid ? g_utf8_next_char(text) : text + 1;
    }
}
