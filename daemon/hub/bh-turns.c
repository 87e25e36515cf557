/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A number for each client that counts up. Whose turn was many turns ago counts as new, which keeps
 * the table small while clients come and go in a crowd that never ends.
 */
#include "bh-turns.h"

#define MAX_CLIENTS 512
#define KEEP_TURNS (MAX_CLIENTS / 2)

struct BhTurns {
    GHashTable *last; /* client's name -> number of its last turn */
    gsize number;
};

gsize
bh_turns_get_oldest(BhTurns *self, const GPtrArray *clients)
{
    gsize oldest = G_MAXSIZE;

    for (guint i = 0; i < clients->len; i++) {
        gpointer last = g_hash_table_lookup(self->last, bh_client_get_name(clients->pdata[i]));

        oldest = MIN(oldest, GPOINTER_TO_SIZE(last));
    }
    return oldest;
}

static gboolean
is_long_ago(gpointer name, gpointer last, gpointer user_data)
{
    const BhTurns *self = user_data;

    return GPOINTER_TO_SIZE(last) + KEEP_TURNS < self->number;
}

void
bh_turns_take(BhTurns *self, const GPtrArray *clients)
{
    self->number++;
    for (guint i = 0; i < clients->len; i++)
        g_hash_table_replace(self->last,
                             g_strdup(bh_client_get_name(clients->pdata[i])),
                             GSIZE_TO_POINTER(self->number));
    if (g_hash_table_size(self->last) > MAX_CLIENTS)
        g_hash_table_foreach_remove(self->last, is_long_ago, self);
}

void
bh_turns_forget(BhTurns *self)
{
    g_hash_table_remove_all(self->last);
}

BhTurns *
bh_turns_new(void)
{
    BhTurns *self = g_new0(BhTurns, 1);

    self->last = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return self;
}

void
bh_turns_free(BhTurns *self)
{
    g_hash_table_unref(self->last);
    g_free(self);
}
