/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Waits without a peer, and asks one when there is one. */
#include "attempt.h"

struct _BhAttempt {
    BhBluezContext *context; /* borrowed: outlives the object */
    const BhPlug *plug;      /* borrowed: outlives the object */
    BhAddress address;
    BhAttemptFunc func;
    gpointer user_data;
    BhPeer *peer;     /* that is being asked; NULL = waiting */
    gboolean counted; /* by the device */
    gboolean phantom; /* nothing more comes of it */
    guint timeout;
    guint step;
};

static guint
add_timer(BhAttempt *attempt, gint64 after_us, BhTimelineFunc func)
{
    BhTimeline *timeline = attempt->context->timeline;

    return bh_timeline_add(timeline, bh_timeline_now(timeline) + after_us, func, attempt);
}

static void
on_timeout(gpointer user_data)
{
    BhAttempt *attempt = user_data;

    attempt->timeout = 0;
    attempt->func(BH_ATTEMPT_FAILED, NULL, attempt->user_data);
}

/* A device that is taken or gone meanwhile is waited for further. */
static void
on_asked(gpointer user_data)
{
    BhAttempt *attempt = user_data;
    g_autoptr(BhPeer) peer = g_steal_pointer(&attempt->peer);
    BhConnectRule rule = bh_peer_get_rules(peer)->connect;

    attempt->step = 0;
    if (bh_peer_is_away(peer) || bh_peer_is_linked(peer))
        return;
    if (attempt->plug->links >= attempt->plug->config->links) {
        attempt->func(BH_ATTEMPT_FAILED, NULL, attempt->user_data);
    } else if (rule == BH_CONNECT_PHANTOM) {
        attempt->phantom = TRUE;
        attempt->func(BH_ATTEMPT_PHANTOM, NULL, attempt->user_data);
    } else {
        attempt->func(rule == BH_CONNECT_ACCEPT ? BH_ATTEMPT_UP : BH_ATTEMPT_LOST,
                      peer,
                      attempt->user_data);
    }
}

void
bh_attempt_hear(BhAttempt *attempt)
{
    BhPeer *peer = bh_peers_find_address(attempt->context->peers, &attempt->address);

    if (attempt->peer != NULL || attempt->phantom || peer == NULL || bh_peer_is_linked(peer))
        return;
    if (!attempt->counted)
        bh_peer_count_attempt(peer);
    attempt->counted = TRUE;
    if (bh_peer_get_rules(peer)->connect == BH_CONNECT_SILENT)
        return;
    attempt->peer = bh_peer_ref(peer);
    attempt->step = add_timer(attempt, bh_peer_get_rules(peer)->connect_us, on_asked);
}

BhAttempt *
bh_attempt_new(BhBluezContext *context,
               const BhPlug *plug,
               const BhAddress *address,
               BhAttemptFunc func,
               gpointer user_data)
{
    BhAttempt *attempt = g_new0(BhAttempt, 1);

    attempt->context = context;
    attempt->plug = plug;
    attempt->address = *address;
    attempt->func = func;
    attempt->user_data = user_data;
    attempt->timeout = add_timer(attempt, plug->config->connect_timeout_us, on_timeout);
    return attempt;
}

void
bh_attempt_free(BhAttempt *attempt)
{
    bh_timeline_clear(attempt->context->timeline, &attempt->timeout);
    bh_timeline_clear(attempt->context->timeline, &attempt->step);
    g_clear_pointer(&attempt->peer, bh_peer_unref);
    g_free(attempt);
}
