/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The source's callback is a BhWakeFunc in a GSourceFunc's place; only dispatch() below calls it.
 */
#include "wake.h"

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer user_data)
{
    g_source_set_ready_time(source, -1);
    ((BhWakeFunc)(void (*)(void))callback)(user_data);
    return G_SOURCE_CONTINUE;
}

GSource *
bh_wake_new(BhWakeFunc func, gpointer user_data)
{
    static GSourceFuncs funcs = {.dispatch = dispatch};
    GSource *wake = g_source_new(&funcs, sizeof(GSource));

    /* No higher than idle: when there is too much to do, signals and replies must have their turn.
     */
    g_source_set_priority(wake, G_PRIORITY_DEFAULT_IDLE);
    g_source_set_callback(wake, G_SOURCE_FUNC(func), user_data, NULL);
    g_source_attach(wake, NULL);
    return wake;
}

void
bh_wake_at(GSource *wake, gint64 monotonic_us)
{
    g_source_set_ready_time(wake, monotonic_us == G_MAXINT64 ? -1 : MAX(monotonic_us, 0));
}

void
bh_wake_free(GSource *wake)
{
    g_source_destroy(wake);
    g_source_unref(wake);
}
