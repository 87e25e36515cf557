/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Device1 tells its state and the cause of a lost link by two signals, in either order; a state
 * that has a cause is told when both are known, or when the next state comes. Without a hold that
 * reconnects a lost link is the end, also if it came before anybody waited.
 */
#include "watch.h"

#include "bh-error.h"

void
bh_watch_end(BhWatch *self, GError *error)
{
    bh_stay_end(&self->stay, error);
}

static void
tell(BhWatch *self, const char *state)
{
    if (self->on_state)
        self->on_state(state, self->cause, self->user_data);
}

static void
tell_kept(BhWatch *self)
{
    g_autofree char *state = g_steal_pointer(&self->kept);

    if (state)
        tell(self, state);
}

static void
on_state(BhWatch *self, const char *state)
{
    tell_kept(self);
    if (!self->cause && g_str_equal(state, "waiting"))
        self->kept = g_strdup(state);
    else
        tell(self, state);
    if (g_str_equal(state, "ready"))
        g_clear_pointer(&self->cause, g_free);
}

static void
on_disconnected(BhWatch *self, const char *cause)
{
    g_free(self->cause);
    self->cause = g_strdup(cause);
    tell_kept(self);
    if (!self->reconnects)
        bh_watch_end(self,
                     g_error_new(BH_ERROR, BH_ERROR_DISCONNECTED, "the link was lost (%s)", cause));
}

void
bh_watch_init(BhWatch *self, BhPeer *peer, gboolean reconnects)
{
    *self = (BhWatch){.reconnects = reconnects};
    bh_stay_init(&self->stay, peer->bus);
    self->device = g_object_ref(peer->device);
    g_object_connect(self->device,
                     "swapped-signal::state-changed",
                     on_state,
                     self,
                     "swapped-signal::disconnected",
                     on_disconnected,
                     self,
                     NULL);
}

void
bh_watch_clear(BhWatch *self)
{
    if (self->device)
        g_signal_handlers_disconnect_by_data(self->device, self);
    g_clear_object(&self->device);
    bh_stay_clear(&self->stay);
    g_clear_pointer(&self->cause, g_free);
    g_clear_pointer(&self->kept, g_free);
}

gboolean
bh_watch_run(BhWatch *self)
{
    return bh_stay_run(&self->stay);
}
