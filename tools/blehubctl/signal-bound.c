/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The filter runs in the thread that reads from the bus, maybe once more after it was removed, so
 * what it counts in belongs to both sides.
 */
#include "signal-bound.h"

typedef struct {
    const char *interface;
    gint max;
    gint waiting; /* atomic, as lost */
    gint lost;
} Counts;

struct BhSignalBound {
    GDBusConnection *bus;
    guint filter;
    Counts *counts; /* shared */
};

static GDBusMessage *
on_message(GDBusConnection *bus, GDBusMessage *message, gboolean incoming, gpointer user_data)
{
    Counts *counts = user_data;

    if (!incoming || g_dbus_message_get_message_type(message) != G_DBUS_MESSAGE_TYPE_SIGNAL ||
        g_strcmp0(g_dbus_message_get_interface(message), counts->interface) != 0)
        return message;
    if (g_atomic_int_get(&counts->waiting) < counts->max) {
        g_atomic_int_inc(&counts->waiting);
        return message;
    }
    g_atomic_int_inc(&counts->lost);
    g_object_unref(message);
    return NULL;
}

BhSignalBound *
bh_signal_bound_new(GDBusConnection *bus, const char *interface, guint max)
{
    BhSignalBound *self = g_new0(BhSignalBound, 1);

    self->bus = g_object_ref(bus);
    self->counts = g_atomic_rc_box_new0(Counts);
    self->counts->interface = interface;
    self->counts->max = (gint)max;
    self->filter = g_dbus_connection_add_filter(bus,
                                                on_message,
                                                g_atomic_rc_box_acquire(self->counts),
                                                g_atomic_rc_box_release);
    return self;
}

void
bh_signal_bound_free(BhSignalBound *self)
{
    g_dbus_connection_remove_filter(self->bus, self->filter);
    g_atomic_rc_box_release(self->counts);
    g_object_unref(self->bus);
    g_free(self);
}

void
bh_signal_bound_take(BhSignalBound *self)
{
    g_atomic_int_add(&self->counts->waiting, -1);
}

guint
bh_signal_bound_get_lost(const BhSignalBound *self)
{
    return (guint)g_atomic_int_get(&self->counts->lost);
}
