/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The life of one link, as BlueZ tells it: its beginning, what is known of it, its end; and telling
 * all that to the hub and to whoever works on it.
 */
#include "bh-bluez-links-private.h"

#include "bh-ad.h"
#include "bh-bluez-att.h"
#include "bh-bluez-connect.h"
#include "bh-bluez-made.h"
#include "bh-bluez-mgmt-link.h"
#include "bh-bluez-notify.h"
#include "bh-bluez-operation.h"
#include "bh-bluez-pair.h"
#include "bh-bluez-server.h"
#include "bh-bluez-stale.h"
#include "bh-error.h"

/* Telling */

/* One whose end nobody would hear of is not ready. */
void
bh_bluez_link_get_state(const BhBluezLink *link, BhLinkState *state)
{
    gboolean ready = link->ready && link->deaf == NULL;

    *state = (BhLinkState){
        .key = link->key,
        .connected = link->connected || link->kernel_connected,
        .ours = link->made,
        .ending = link->connected && link->dropped,
        .resolved = ready,
        .name = link->name,
        .paired = link->paired,
        .bonded = link->bonded,
        .pairing = link->connected && link->pairing,
        .mtu = ready ? link->mtu : 0,
        .database = ready ? link->database : NULL,
        .cause = link->connected ? BH_LINK_CAUSE_NONE : link->cause,
        .interval_us = link->interval_us,
        .latency = link->latency,
        .supervision_ms = link->supervision_ms,
    };
}

static gboolean
is_same(const BhLinkState *a, const BhLinkState *b)
{
    return a->connected == b->connected && a->resolved == b->resolved && a->paired == b->paired &&
           a->bonded == b->bonded && a->pairing == b->pairing && a->mtu == b->mtu &&
           a->database == b->database && a->cause == b->cause && a->interval_us == b->interval_us &&
           a->latency == b->latency && a->supervision_ms == b->supervision_ms;
}

void
bh_bluez_link_tell(BhBluezCentral *self, BhBluezLink *link)
{
    BhLinkState state;

    bh_bluez_link_get_state(link, &state);
    state.connected = link->connected;
    if (!link->watched || self->sink == NULL || (!link->tell && is_same(&state, &link->told)) ||
        bh_bluez_pairings_are_in_doubt(self, link))
        return;
    link->tell = FALSE;
    link->told = state;
    self->sink->link_changed(self->sink_data, &state);
}

/* To everybody that works on it. */
void
bh_bluez_link_spread(BhBluezCentral *self, BhBluezLink *link)
{
    g_rc_box_acquire(link);
    bh_bluez_link_tell(self, link);
    bh_bluez_server_link_changed(self->bluez->server, link);
    bh_bluez_attempts_link_changed(self, link);
    bh_bluez_pairings_link_changed(self, link);
    bh_bluez_link_release(link);
}

/* The end of a link */

GError *
bh_bluez_link_new_error(const BhBluezLink *link)
{
    return g_error_new(BH_ERROR,
                       BH_ERROR_DISCONNECTED,
                       "the link is gone: %s",
                       bh_link_cause_to_string(link->cause));
}

GError *
bh_bluez_links_judge_refusal(BhBluezCentral *self, const char *device, GError *refusal)
{
    const BhBluezLink *link = bh_bluez_links_find_path(self, device);
    g_autoptr(GError) error = refusal;

    if (link == NULL || !bh_bluez_central_peek_adapter(self, link->key.slot)->going_off ||
        !bh_bluez_att_may_be_lost_link(error))
        return g_steal_pointer(&error);
    return g_error_new_literal(BH_ERROR,
                               BH_ERROR_DISCONNECTED,
                               "the link is gone: the radio is being switched off");
}

/* Of Device1.Disconnected. */
static const struct {
    const char *reason;
    BhLinkCause cause;
} reasons[] = {
    {"org.bluez.Reason.Timeout", BH_LINK_CAUSE_TIMEOUT},
    {"org.bluez.Reason.Local", BH_LINK_CAUSE_LOCAL},
    {"org.bluez.Reason.Remote", BH_LINK_CAUSE_REMOTE},
    {"org.bluez.Reason.Authentication", BH_LINK_CAUSE_AUTHENTICATION},
    {"org.bluez.Reason.Suspend", BH_LINK_CAUSE_SUSPEND},
};

void
bh_bluez_links_disconnected(BhBluezCentral *self, const char *path, const char *reason)
{
    BhBluezLink *link = bh_bluez_links_find_path(self, path);

    if (link == NULL || !link->connected)
        return;
    link->said = BH_LINK_CAUSE_UNSPECIFIED;
    for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (g_str_equal(reasons[i].reason, reason))
            link->said = reasons[i].cause;
}

/* The kernel's word if it is newer than the link, and of its end; else BlueZ's. */
static BhLinkCause
find_cause(BhBluezCentral *self, const BhBluezLink *link)
{
    bh_bluez_mgmt_drain(self->bluez);
    const BhLinkEvent *event = bh_link_log_find(&self->log, link->key.slot, &link->key.address, 0);
    if (event != NULL && event->happened == BH_LINK_DISCONNECTED)
        return event->cause;
    if (link->said != BH_LINK_CAUSE_NONE)
        return link->said;
    return link->dropped ? BH_LINK_CAUSE_LOCAL : BH_LINK_CAUSE_UNSPECIFIED;
}

static void
forget_database(BhBluezLink *link)
{
    link->ready = FALSE;
    link->undiscovered = FALSE;
    link->again = FALSE;
    link->mtu = 0;
    g_clear_pointer(&link->database, bh_gatt_database_unref);
}

/* What was done over it is over. Whoever calls it tells the others, and has a reference. */
static void
end_link(BhBluezCentral *self, BhBluezLink *link, BhLinkCause cause)
{
    link->connected = FALSE;
    link->services_resolved = FALSE;
    link->kernel_connected = FALSE;
    link->cause = cause;
    link->said = BH_LINK_CAUSE_NONE;
    g_clear_pointer(&link->refresh, sd_bus_slot_unref);
    g_clear_pointer(&link->dropping, sd_bus_slot_unref);
    link->dropped = FALSE;
    link->pairing = FALSE;
    bh_bluez_made_set(self, link, FALSE);
    link->interval_us = link->supervision_ms = link->latency = 0;
    forget_database(link);
    gboolean stale = bh_bluez_stale_is(self, link);
    bh_bluez_operations_link_gone(self, link);
    bh_bluez_notify_link_gone(self, link);
    if (stale)
        bh_bluez_stale_remove(self, link);
}

/* What BlueZ says */

static void
apply_flag(gboolean *flag, gboolean has, gboolean value)
{
    if (has)
        *flag = value;
}

/* The kernel tells who made a link before BlueZ tells that there is one. */
static void
begin(BhBluezCentral *self, BhBluezLink *link)
{
    bh_bluez_mgmt_drain(self->bluez);
    if (!link->kernel_connected)
        link->incoming = !link->made && link->users == 0;
    link->connected = TRUE;
    link->cause = BH_LINK_CAUSE_NONE;
    link->dropped = link->dropping != NULL;
}

static void
apply_name(BhBluezLink *link, const BhBluezProperties *properties)
{
    g_autofree char *name = NULL;

    if ((properties->groups & BH_AD_GROUP_NAME) == 0)
        return;
    name = bh_ad_dup_name(properties->payload->data, properties->payload->len);
    if (g_strcmp0(name, link->name) == 0)
        return;
    g_free(link->name);
    link->name = g_steal_pointer(&name);
    link->tell |= link->connected;
}

/* Everything but that it is over; then what follows from it. */
void
bh_bluez_link_apply(BhBluezCentral *self, BhBluezLink *link, const BhBluezProperties *properties)
{
    gboolean was = link->connected;

    apply_name(link, properties);
    apply_flag(&link->paired, properties->has_paired, properties->paired);
    apply_flag(&link->bonded, properties->has_bonded, properties->bonded);
    apply_flag(&link->services_resolved, properties->has_resolved, properties->resolved);
    if (was && properties->has_connected && !properties->connected) {
        end_link(self, link, find_cause(self, link));
        bh_bluez_link_spread(self, link);
        return;
    }
    if (!was && properties->has_connected && properties->connected)
        begin(self, link);
    if (!link->services_resolved && (link->ready || link->undiscovered))
        forget_database(link);
}

void
bh_bluez_link_no_object(BhBluezCentral *self, BhBluezLink *link)
{
    if (link->connected)
        end_link(self, link, find_cause(self, link));
    g_clear_pointer(&link->dropping, sd_bus_slot_unref); /* BlueZ would not answer any more */
    bh_bluez_link_set_path(self, link, NULL);
    link->paired = link->bonded = FALSE;
}
