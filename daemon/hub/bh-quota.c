/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One small row per user who holds something; a user who gave everything back leaves no trace.
 */
#include "bh-quota.h"

#include "bh-error.h"

typedef struct {
    guint held[BH_N_QUOTAS];
    guint resting; /* of these */
} UserRow;

struct BhQuota {
    guint limits[BH_N_QUOTAS];
    guint totals[BH_N_QUOTAS];
    guint64 refusals;
    GHashTable *users; /* uid -> UserRow, owned */
    void (*idle)(gpointer user_data);
    gpointer user_data;
};

static const char *const quota_names[] = {
    [BH_QUOTA_SCANS] = "MaxScans",
    [BH_QUOTA_WAITS] = "MaxWaits",
    [BH_QUOTA_STREAMS] = "MaxStreams",
    [BH_QUOTA_HOLDS] = "MaxHolds",
    [BH_QUOTA_SUBSCRIPTIONS] = "MaxSubscriptions",
    [BH_QUOTA_OPERATIONS] = "MaxOperations",
    [BH_QUOTA_APPLICATIONS] = "MaxApplications",
    [BH_QUOTA_ADVERTISEMENTS] = "MaxAdvertisements",
    [BH_QUOTA_WATCHES] = "MaxWatches",
};
G_STATIC_ASSERT(G_N_ELEMENTS(quota_names) == BH_N_QUOTAS);

BhQuota *
bh_quota_new(void)
{
    BhQuota *self = g_new0(BhQuota, 1);

    self->users = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    return self;
}

void
bh_quota_free(BhQuota *self)
{
    g_hash_table_unref(self->users);
    g_free(self);
}

void
bh_quota_set_limit(BhQuota *self, BhQuotaKind kind, guint limit)
{
    self->limits[kind] = limit;
}

guint
bh_quota_get_limit(BhQuota *self, BhQuotaKind kind)
{
    return self->limits[kind];
}

const char *
bh_quota_get_name(BhQuotaKind kind)
{
    return quota_names[kind];
}

static UserRow *
ensure_row(BhQuota *self, guint32 uid)
{
    UserRow *row = g_hash_table_lookup(self->users, GUINT_TO_POINTER(uid));

    if (row == NULL) {
        row = g_new0(UserRow, 1);
        g_hash_table_insert(self->users, GUINT_TO_POINTER(uid), row);
    }
    return row;
}

gboolean
bh_quota_take(BhQuota *self, guint32 uid, BhQuotaKind kind, GError **error)
{
    UserRow *row = ensure_row(self, uid);

    if (row->held[kind] >= self->limits[kind]) {
        self->refusals++;
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_LIMIT_EXCEEDED,
                    "%s: this user already has %u",
                    quota_names[kind],
                    row->held[kind]);
        return FALSE;
    }
    row->held[kind]++;
    self->totals[kind]++;
    return TRUE;
}

static gboolean
row_is_empty(const UserRow *row)
{
    for (guint i = 0; i < BH_N_QUOTAS; i++)
        if (row->held[i] != 0)
            return FALSE;
    return TRUE;
}

static gboolean
wants_radio(const UserRow *row)
{
    guint n = 0;

    for (guint i = 0; i < BH_N_QUOTAS; i++)
        n += i != BH_QUOTA_STREAMS ? row->held[i] : 0;
    return n > row->resting;
}

static void
tell_idle(BhQuota *self)
{
    if (self->idle != NULL)
        self->idle(self->user_data);
}

void
bh_quota_give(BhQuota *self, guint32 uid, BhQuotaKind kind)
{
    UserRow *row = g_hash_table_lookup(self->users, GUINT_TO_POINTER(uid));
    gboolean became_idle;

    g_return_if_fail(row != NULL && row->held[kind] > 0);
    became_idle = wants_radio(row);
    row->held[kind]--;
    self->totals[kind]--;
    became_idle = became_idle && !wants_radio(row);
    if (row_is_empty(row))
        g_hash_table_remove(self->users, GUINT_TO_POINTER(uid));
    if (became_idle)
        tell_idle(self);
}

void
bh_quota_rest(BhQuota *self, guint32 uid)
{
    UserRow *row = g_hash_table_lookup(self->users, GUINT_TO_POINTER(uid));

    g_return_if_fail(row != NULL && wants_radio(row));
    row->resting++;
    if (!wants_radio(row))
        tell_idle(self);
}

void
bh_quota_unrest(BhQuota *self, guint32 uid)
{
    UserRow *row = g_hash_table_lookup(self->users, GUINT_TO_POINTER(uid));

    g_return_if_fail(row != NULL && row->resting > 0);
    row->resting--;
}

void
bh_quota_set_idle(BhQuota *self, void (*idle)(gpointer user_data), gpointer user_data)
{
    self->idle = idle;
    self->user_data = user_data;
}

GArray *
bh_quota_list_users(BhQuota *self)
{
    GArray *users = g_array_new(FALSE, FALSE, sizeof(guint32));
    GHashTableIter iter;
    gpointer key;
    gpointer row;

    g_hash_table_iter_init(&iter, self->users);
    while (g_hash_table_iter_next(&iter, &key, &row)) {
        guint32 uid = GPOINTER_TO_UINT(key);

        if (wants_radio(row))
            g_array_append_val(users, uid);
    }
    return users;
}

guint
bh_quota_total(BhQuota *self, BhQuotaKind kind)
{
    return self->totals[kind];
}

guint64
bh_quota_refusals(BhQuota *self)
{
    return self->refusals;
}
