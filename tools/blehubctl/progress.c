/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The line is written over itself by a carriage return, and blanked at the end. */
#include "progress.h"

#include "terminal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FIRST_MS 500
#define EVERY_MS 200

struct BhProgress {
    char *what;
    gint64 begin_us;
    guint timer; /* 0 = stderr is no terminal */
    glong shown; /* columns the line has */
    gboolean begun;
};

static gboolean
on_tick(gpointer user_data)
{
    BhProgress *self = user_data;
    gint64 seconds = (g_get_monotonic_time() - self->begin_us) / G_USEC_PER_SEC;
    g_autofree char *line = g_strdup_printf("%s … %" G_GINT64_FORMAT " s", self->what, seconds);

    fprintf(stderr, "\r%s", line);
    fflush(stderr);
    self->shown = MAX(self->shown, g_utf8_strlen(line, -1));
    if (self->begun)
        return G_SOURCE_CONTINUE;
    self->begun = TRUE;
    self->timer = g_timeout_add(EVERY_MS, on_tick, self);
    return G_SOURCE_REMOVE;
}

BhProgress *
bh_progress_new(const char *what)
{
    BhProgress *self = g_new0(BhProgress, 1);
    g_autoptr(GString) harmless = g_string_new(NULL);

    bh_terminal_append(harmless, what);
    self->what = g_string_free(g_steal_pointer(&harmless), FALSE);
    self->begin_us = g_get_monotonic_time();
    if (isatty(STDERR_FILENO))
        self->timer = g_timeout_add(FIRST_MS, on_tick, self);
    return self;
}

void
bh_progress_free(BhProgress *self)
{
    if (self->timer)
        g_source_remove(self->timer);
    if (self->shown > 0)
        fprintf(stderr, "\r%*s\r", (int)self->shown, "");
    g_free(self->what);
    g_free(self);
}

static void
on_answered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GAsyncResult **answer = user_data;

    *answer = g_object_ref(result);
}

GVariant *
bh_progress_call(GDBusProxy *proxy,
                 const char *what,
                 const char *method,
                 GVariant *parameters,
                 GError **error)
{
    g_autoptr(BhProgress) progress = bh_progress_new(what);
    g_autoptr(GAsyncResult) answer = NULL;

    g_dbus_proxy_call(proxy,
                      method,
                      parameters,
                      G_DBUS_CALL_FLAGS_NONE,
                      G_MAXINT,
                      NULL,
                      on_answered,
                      &answer);
    while (!answer)
        g_main_context_iteration(NULL, TRUE);
    return g_dbus_proxy_call_finish(proxy, answer, error);
}
