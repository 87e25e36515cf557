/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A weak reference, so that a program may drop its object at any time. */
#include "bh-live-step.h"

#define RELEASE_TIMEOUT_MS 10000

typedef struct {
    GWeakRef self;
    GCancellable *cancellable;
    char *owner;
} Step;

gpointer
bh_live_step_new(gpointer self, GCancellable *cancellable, const char *owner)
{
    Step *step = g_new0(Step, 1);

    g_weak_ref_init(&step->self, self);
    step->cancellable = g_object_ref(cancellable);
    step->owner = g_strdup(owner);
    return step;
}

char *
bh_live_step_dup_owner(gpointer user_data)
{
    return g_strdup(((Step *)user_data)->owner);
}

gpointer
bh_live_step_take(gpointer user_data)
{
    Step *step = user_data;
    g_autoptr(GObject) self = g_weak_ref_get(&step->self);
    gboolean late = g_cancellable_is_cancelled(step->cancellable);

    g_weak_ref_clear(&step->self);
    g_object_unref(step->cancellable);
    g_free(step->owner);
    g_free(step);
    return late ? NULL : g_steal_pointer(&self);
}

void
bh_live_release(GDBusConnection *bus, const char *owner, const char *path, const char *interface)
{
    g_dbus_connection_call(bus,
                           owner,
                           path,
                           interface,
                           "Release",
                           NULL,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           RELEASE_TIMEOUT_MS,
                           NULL,
                           NULL,
                           NULL);
}
