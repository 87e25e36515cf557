/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The operations on one remote device that wait for their turn or are under way. Operations of one
 * client begin in the order of its calls; one attribute serves one at a time; where several clients
 * want the same attribute they take turns.
 *
 * An operation's deadline includes its wait. When it is over, or its client leaves, the caller is
 * answered; what has not begun is dropped, and what has begun is cancelled. Its attribute stays
 * busy until its work ends: at once if nothing of it was sent or it can be taken back (pairing),
 * else when it is answered.
 *
 * A pairing that is under way over the link keeps BlueZ from answering, and may be what an
 * operation itself brought about. Its time does not count, up to the time that a pairing has.
 */
#include "bh-client.h"
#include "bh-clock.h"
#include "bh-error.h"
#include "bh-quota.h"

G_BEGIN_DECLS

/* Write commands under way at a time: enough to keep the air busy, few enough that their deadlines
 * mean something. */
#define BH_OPERATIONS_MAX_SHARING 16

/* How long an operation may wait for a pairing: as long as one has. */
#define BH_OPERATIONS_PAIRING_MS 20000

typedef struct BhOperations BhOperations;
typedef struct BhOperation BhOperation;

typedef struct {
    /* Which attribute, by a number that is the same for all who want it. Asked again when the
     * device's attributes have changed. Errors go to the caller. */
    gboolean (*resolve)(gpointer data, guint32 *attribute, GError **error);
    /* Begins the work, which ends with one of bh_operation_return_*(), from the main loop. */
    void (*begin)(gpointer data, BhOperation *operation);
    gboolean shares;   /* begins when the attribute is idle, but leaves it idle (write commands) */
    gboolean may_pair; /* the device may want the link encrypted for it */
} BhOperationKind;

/* Everything is borrowed: outlives the operations. */
BhOperations *bh_operations_new(BhQuota *quota, BhClock *clock);
/* Ends everything with Disconnected. */
void bh_operations_free(BhOperations *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhOperations, bh_operations_free)

/* Takes the task over, whose task data is given to kind's functions. Ends it at once with what
 * resolve says, Cancelled (the client is gone) or LimitExceeded (operations of this user). */
void bh_operations_add(BhOperations *self,
                       const BhOperationKind *kind,
                       GTask *task,
                       BhClient *client,
                       gint64 timeout_ms);

/* The link is being paired, by whomever; and it is not any more. Those under way that may need it
 * have BH_OPERATIONS_PAIRING_MS from now on, and at least their own time from the end on. */
void bh_operations_pairing_began(BhOperations *self);
void bh_operations_pairing_ended(BhOperations *self);

/* The attributes have changed: those that wait look theirs up anew. */
void bh_operations_resolve(BhOperations *self);
/* Ends all at once; answers that still come are thrown away, and no attribute is busy. */
void bh_operations_end(BhOperations *self, BhError code, const char *message);
/* The same of one user's; uid G_MAXUINT32 = all. What has begun keeps its attribute busy, as at a
 * deadline. */
void bh_operations_end_user(BhOperations *self, guint32 uid, BhError code, const char *message);

/* For the work of an operation; each ends it, once. What nobody waits for any more is freed. */
GCancellable *bh_operation_peek_cancellable(BhOperation *self);
void bh_operation_return_error(BhOperation *self, GError *error);
void bh_operation_return_boolean(BhOperation *self, gboolean value);
void bh_operation_return_int(BhOperation *self, gssize value);
void bh_operation_return_pointer(BhOperation *self, gpointer value, GDestroyNotify free_func);

G_END_DECLS
