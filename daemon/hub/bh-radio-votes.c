/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Two sets of users: who voted for off, and who said on. No user is in both.
 */
#include "bh-radio-votes.h"

struct BhRadioVotes {
    GHashTable *off; /* uids */
    GHashTable *on;  /* uids */
    gboolean forced;
};

gboolean
bh_radio_votes_off(BhRadioVotes *self, guint32 uid, gboolean force)
{
    self->forced |= force;
    g_hash_table_remove(self->on, GUINT_TO_POINTER(uid));
    return g_hash_table_add(self->off, GUINT_TO_POINTER(uid));
}

gboolean
bh_radio_votes_on(BhRadioVotes *self, guint32 uid, gboolean lifts_force)
{
    gboolean lifted = self->forced && lifts_force;

    self->forced &= !lifts_force;
    return g_hash_table_remove(self->off, GUINT_TO_POINTER(uid)) || lifted;
}

void
bh_radio_votes_keep_on(BhRadioVotes *self, guint32 uid)
{
    if (!bh_radio_votes_has(self, uid))
        g_hash_table_add(self->on, GUINT_TO_POINTER(uid));
}

gboolean
bh_radio_votes_has(BhRadioVotes *self, guint32 uid)
{
    return g_hash_table_contains(self->off, GUINT_TO_POINTER(uid));
}

gboolean
bh_radio_votes_is_forced(BhRadioVotes *self)
{
    return self->forced;
}

static void
add(GHashTable *set, const BhRadioVotes *self, gpointer uid)
{
    if (!g_hash_table_contains(self->off, uid))
        g_hash_table_add(set, uid);
}

GArray *
bh_radio_votes_list_against(BhRadioVotes *self, const GArray *users)
{
    g_autoptr(GHashTable) set = g_hash_table_new(NULL, NULL);
    GArray *against = g_array_new(FALSE, FALSE, sizeof(guint32));
    GHashTableIter iter;
    gpointer uid;

    for (guint i = 0; i < users->len; i++)
        add(set, self, GUINT_TO_POINTER(g_array_index(users, guint32, i)));
    g_hash_table_iter_init(&iter, self->on);
    while (g_hash_table_iter_next(&iter, &uid, NULL))
        add(set, self, uid);
    g_hash_table_iter_init(&iter, set);
    while (g_hash_table_iter_next(&iter, &uid, NULL)) {
        guint32 number = GPOINTER_TO_UINT(uid);

        g_array_append_val(against, number);
    }
    return against;
}

gboolean
bh_radio_votes_is_off(BhRadioVotes *self, const GArray *users)
{
    g_autoptr(GArray) against = NULL;

    if (self->forced || g_hash_table_size(self->off) == 0)
        return self->forced;
    against = bh_radio_votes_list_against(self, users);
    return against->len == 0;
}

BhRadioVotes *
bh_radio_votes_new(void)
{
    BhRadioVotes *self = g_new0(BhRadioVotes, 1);

    self->off = g_hash_table_new(NULL, NULL);
    self->on = g_hash_table_new(NULL, NULL);
    return self;
}

void
bh_radio_votes_free(BhRadioVotes *self)
{
    g_hash_table_unref(self->off);
    g_hash_table_unref(self->on);
    g_free(self);
}
