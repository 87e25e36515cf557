/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How much of each kind a user holds, against a limit per user. Taking fails with LimitExceeded and
 * counts it; giving back is the taker's duty.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    BH_QUOTA_SCANS,
    BH_QUOTA_WAITS,
    BH_QUOTA_STREAMS,
    BH_QUOTA_HOLDS,
    BH_QUOTA_SUBSCRIPTIONS,
    BH_QUOTA_OPERATIONS, /* on attributes, waiting for their turn or under way */
    BH_QUOTA_APPLICATIONS,
    BH_QUOTA_ADVERTISEMENTS,
    BH_QUOTA_WATCHES,
    BH_N_QUOTAS
} BhQuotaKind;

typedef struct BhQuota BhQuota;

BhQuota *bh_quota_new(void);
void bh_quota_free(BhQuota *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhQuota, bh_quota_free)

void bh_quota_set_limit(BhQuota *self, BhQuotaKind kind, guint limit);
guint bh_quota_get_limit(BhQuota *self, BhQuotaKind kind);
/* As the configuration calls its limit: "MaxScans". */
const char *bh_quota_get_name(BhQuotaKind kind);

/* Error: LimitExceeded, naming the limit. */
gboolean bh_quota_take(BhQuota *self, guint32 uid, BhQuotaKind kind, GError **error);
void bh_quota_give(BhQuota *self, guint32 uid, BhQuotaKind kind);

/* One thing that a user holds is over and wants nothing of the radio any more; and back, before it
 * is given back. */
void bh_quota_rest(BhQuota *self, guint32 uid);
void bh_quota_unrest(BhQuota *self, guint32 uid);

/* Users (guint32) who want the radio: who hold anything but streams, which are of something else,
 * and what rests; free with g_array_unref(). */
GArray *bh_quota_list_users(BhQuota *self);
/* Called when a user does not want the radio any more. */
void bh_quota_set_idle(BhQuota *self, void (*idle)(gpointer user_data), gpointer user_data);

/* What all users hold together. */
guint bh_quota_total(BhQuota *self, BhQuotaKind kind);
guint64 bh_quota_refusals(BhQuota *self);

G_END_DECLS
