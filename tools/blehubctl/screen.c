/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Four control sequences that every terminal knows (ECMA-48): cursor up, erase to the end of the
 * line, erase to the end of the screen, and, when the window got another size and with it maybe
 * other line ends, all of it.
 */
#include "screen.h"

#include "columns.h"
#include "ctl.h"

#include <glib-unix.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEFAULT_COLUMNS 80
#define DEFAULT_LINES 24

#define UP "\033[%uA\r"
#define ERASE_LINE "\033[K"
#define ERASE_BELOW "\033[J"
#define ERASE_ALL "\033[H\033[2J"

gboolean
bh_screen_is_there(void)
{
    const char *kind = g_getenv("TERM");

    return isatty(STDOUT_FILENO) && kind && kind[0] && !g_str_equal(kind, "dumb");
}

static gboolean
shows_utf8(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", NULL);
    gboolean utf8 = locale && g_str_equal(nl_langinfo_l(CODESET, locale), "UTF-8");

    if (locale)
        freelocale(locale);
    return utf8;
}

void
bh_screen_get_size(BhScreenSize *size)
{
    struct winsize window = {0};

    *size = (BhScreenSize){DEFAULT_COLUMNS, DEFAULT_LINES, !shows_utf8()};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0)
        return;
    if (window.ws_col > 0)
        size->columns = window.ws_col;
    if (window.ws_row > 0)
        size->lines = window.ws_row;
}

static gboolean
on_resized(gpointer user_data)
{
    BhScreen *self = user_data;

    self->is_new = TRUE;
    return G_SOURCE_CONTINUE;
}

void
bh_screen_begin(BhScreen *self)
{
    self->resized = g_unix_signal_add(SIGWINCH, on_resized, self);
}

static void
append_start(BhScreen *self, GString *out)
{
    if (self->is_new)
        g_string_append(out, ERASE_ALL);
    else if (self->drawn > 0)
        g_string_append_printf(out, UP, self->drawn);
    self->is_new = FALSE;
    self->drawn = 0;
}

void
bh_screen_draw(BhScreen *self, const char *lines)
{
    g_auto(GStrv) split = g_strsplit(lines, "\n", -1);
    g_autoptr(GString) out = g_string_new(NULL);
    BhScreenSize size;

    bh_screen_get_size(&size);
    append_start(self, out);
    for (gsize i = 0; split[i] && split[i + 1] && self->drawn + 1 < size.lines; i++) {
        bh_columns_append(split[i], size.columns, out);
        g_string_append(out, ERASE_LINE "\n");
        self->drawn++;
    }
    g_string_append(out, ERASE_BELOW);
    bh_ctl_print(out->str);
    fflush(stdout);
}

void
bh_screen_clear(BhScreen *self)
{
    if (self->resized)
        g_source_remove(self->resized);
    self->resized = 0;
}
