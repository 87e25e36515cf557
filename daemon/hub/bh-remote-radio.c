/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A remote device and the votes of its users: who has voted for the radio to be off does not want
 * it at present, and if nobody else does its link rests.
 */
#include "bh-remote-private.h"

static gboolean
has_wanting(BhRemote *self, const GPtrArray *owned)
{
    for (guint i = 0; i < owned->len; i++)
        if (!bh_power_keeper_is_off_for(self->context->hub.power,
                                        bh_owned_get_uid(BH_OWNED(owned->pdata[i]))))
            return TRUE;
    return FALSE;
}

gboolean
bh_remote_is_wanted_now(BhRemote *self)
{
    return has_wanting(self, self->holds) || has_wanting(self, self->subscriptions);
}

/* What its users wait in, and the link if nobody else holds it. */
void
bh_remote_radio_off(BhRemote *remote, guint32 uid)
{
    static const char message[] = "the radio was switched off";
    g_autoptr(BhRemote) self = g_object_ref(remote);

    bh_waits_fail_user(self->once, uid, BH_ERROR_DISCONNECTED, message);
    bh_waits_fail_user(self->patient, uid, BH_ERROR_DISCONNECTED, message);
    bh_waits_fail_user(self->mtu_waits, uid, BH_ERROR_DISCONNECTED, message);
    bh_operations_end_user(self->operations, uid, BH_ERROR_DISCONNECTED, message);
    bh_registrations_fail_waits(self->registrations, uid, message);
    if (!bh_remote_is_wanted(self) || bh_remote_is_wanted_now(self))
        return;
    if (self->state == BH_REMOTE_READY && self->ours)
        bh_central_disconnect(self->context->hub.central, &self->key);
    bh_remote_reconsider(self);
}

void
bh_remote_radio_on(BhRemote *self)
{
    if (self->state != BH_REMOTE_WAITING)
        return;
    bh_reconnect_at_once(&self->reconnect);
    bh_remote_reconsider(self);
}
