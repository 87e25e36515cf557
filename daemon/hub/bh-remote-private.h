/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the files of a remote device share: its link and who wants it (bh-remote.c), how it comes
 * back (bh-reconnect.c), calls on it (bh-remote-calls.c), what it notifies (bh-registrations.c).
 */
#include "bh-connector.h"
#include "bh-hearing.h"
#include "bh-link-room.h"
#include "bh-operations.h"
#include "bh-reconnect.h"
#include "bh-registrations.h"
#include "bh-remotes.h"
#include "bh-waits.h"

G_BEGIN_DECLS

/* What all remotes share; borrowed from BhRemotes, which outlives them. */
typedef struct {
    BhRemotesShared hub;
    BhConnector *connector; /* NULL without a central */
    BhHearing *hearing;
    BhLinkRoom room;
    BhRemotesCounters counters;
    void (*listening_changed)(gpointer user_data);
    gpointer user_data;
    gboolean stopped; /* nothing begins any more */
} BhRemotesContext;

BhRemotesContext *bh_remotes_peek_context(BhRemotes *self);
/* The remote with this address, made if it is not there. Borrowed. */
BhRemote *bh_remotes_ensure(BhRemotes *self, const BhAddress *address);

struct _BhRemote {
    GObject parent;
    BhRemotesContext *context; /* borrowed: outlives us */
    BhAddress address;

    BhLinkKey key; /* of the last attempt, or of the link */
    gboolean has_key;
    gboolean watched[BH_RADIO_MAX_ADAPTERS]; /* the central tells of the device by this adapter */
    BhRemoteState state;
    gboolean ours;            /* the link is of our making */
    BhGattDatabase *database; /* NULL unless ready */
    char *name;               /* as read from the device; NULL = not known */
    guint16 mtu;
    gboolean paired;
    gboolean pairing;            /* under way, as the central tells */
    guint pairings;              /* that we asked the central for */
    BhLinkParameters parameters; /* in force */
    BhLinkParameters requested;  /* asked for, of this link or the attempt at it */
    gint64 ready_us;             /* since when the link is ready */
    guint32 attempts;
    char *last_error;
    const char *last_cause; /* of the end of the last link; static */

    GPtrArray *holds;          /* BhHold, owned */
    GPtrArray *subscriptions;  /* BhSubscription, owned */
    BhConnectRequest *request; /* NULL unless an attempt waits or is under way */
    gboolean attempting;       /* it is under way */
    BhReconnect reconnect;
    gint64 linger_ms; /* as the hold wanted that went last */
    BhTimer *linger;
    BhTimer *dropping; /* armed while a link that nobody wants goes */

    BhWaits *once;    /* for the link, up to the next failure */
    BhWaits *patient; /* for the link, whatever fails */
    BhWaits *leaving; /* for its end */
    BhWaits *mtu_waits;
    BhOperations *operations;
    BhRegistrations *registrations;
    gboolean stopped;  /* it is forgotten */
    gboolean asked;    /* a pairing waits for an answer */
    guint32 asked_uid; /* of this user */
    BhPairingQuestionKind asked_kind;
};

BhRemote *bh_remote_new(BhRemotesContext *context, const BhAddress *address);

/* It is forgotten; others may keep it, but it does nothing any more. */
void bh_remote_stop(BhRemote *self);

/* Waits for the link to be ready. A patient call waits through failures until its deadline. Errors:
 * those of bh_remotes_connect_async(). */
void bh_remote_wait_ready_async(BhRemote *self,
                                BhClient *client,
                                gboolean patient,
                                gint64 timeout_ms,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/* Keeps a reference until it is released. */
void bh_remote_add_hold(BhRemote *self, BhHold *hold);
void bh_remote_add_subscription(BhRemote *self, BhSubscription *subscription);
/* What holds want changed. */
void bh_remote_reconsider(BhRemote *self);

/* The link, in bh-remote-link.c: it is there; it is lost; nobody wants it any more. */
void bh_remote_link_ready(BhRemote *self, const BhLinkState *state);
void bh_remote_link_lost(BhRemote *self, BhLinkCause cause);
void bh_remote_link_released(BhRemote *self);
/* Other facts about it. */
void bh_remote_link_update(BhRemote *self, const BhLinkState *state);
/* Whether a pairing is under way, as far as known; one that we ask the central for begins or ends.
 */
gboolean bh_remote_is_pairing(BhRemote *self);
void bh_remote_count_pairing(BhRemote *self, gboolean begins);

/* Who wants it, in bh-remote-holds.c. */
gboolean bh_remote_is_wanted(BhRemote *self);
/* By somebody whose radio is not off. */
gboolean bh_remote_is_wanted_now(BhRemote *self);
/* The link that nobody wanted is gone. */
void bh_remote_dropped(BhRemote *self);
/* Nothing is left to do: tells that it is gone. */
void bh_remote_forget(BhRemote *self);

/* The radio is off for one user or, uid G_MAXUINT32, for all; it is there for somebody again. */
void bh_remote_radio_off(BhRemote *self, guint32 uid);
void bh_remote_radio_on(BhRemote *self);

/* Attempts, in bh-remote-attempt.c. */
void bh_remote_begin_attempt(BhRemote *self);
/* Whether a hold wants connection parameters and those that count, of the hold with the shortest
 * interval, have not been asked for: which they are. */
gboolean bh_remote_lacks_parameters(BhRemote *self, BhHold *hold, BhLinkParameters *parameters);

/* Told by all of them. */
void bh_remote_set_state(BhRemote *self, BhRemoteState state);
/* "disconnected" or "waiting", as it is without a link. */
void bh_remote_set_unlinked(BhRemote *self);
void bh_remote_set_error(BhRemote *self, const char *message);
void bh_remote_set_key(BhRemote *self, const BhLinkKey *key);
/* Has the central tell of the device: by the adapter of its link, or while there is none by all it
 * may be connected by, because somebody else may make a link. */
void bh_remote_look_after_watches(BhRemote *self);
void bh_remote_emit_changed(BhRemote *self);

/* What the central, the hub and the clock tell. */
void bh_remote_take_link_state(BhRemote *self, const BhLinkState *state);
void bh_remote_adapter_ready(BhRemote *self, guint8 slot);
void bh_remote_adapter_gone(BhRemote *self, guint8 slot, BhLinkCause cause);
void bh_remote_heard(BhRemote *self, guint8 slot);
/* Whether an advertisement of it is waited for, by this adapter. */
gboolean bh_remote_listens(BhRemote *self, BhAdapter *adapter);

/* Whether this adapter could be used, on or off. */
gboolean bh_remote_may_use(BhRemote *self, guint8 slot);
/* Whether there is one that is on. */
gboolean bh_remote_has_adapter(BhRemote *self);
/* By which adapter to connect now. Errors: NotReady, LimitExceeded. */
gboolean bh_remote_choose_adapter(BhRemote *self, guint8 *slot, GError **error);

/* Forgets bonds: of one adapter, or (slot G_MAXUINT8) of all. */
void bh_bonds_remove_async(BhCentral *central,
                           const BhAddress *address,
                           guint8 slot,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean bh_bonds_remove_finish(GAsyncResult *result, GError **error);

G_END_DECLS
