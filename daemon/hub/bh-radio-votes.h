/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who wants the radio to be off. A user's vote ends its work in flight and keeps what it wants;
 * power drops when no other user wants the radio, and comes back with the next call of anybody that
 * needs it. A forced "off" stays until RadioOn.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef struct BhRadioVotes BhRadioVotes;

BhRadioVotes *bh_radio_votes_new(void);
void bh_radio_votes_free(BhRadioVotes *self);

/* TRUE if the user had not voted before. */
gboolean bh_radio_votes_off(BhRadioVotes *self, guint32 uid, gboolean force);
/* The user needs the radio again (RadioOn, or a call that needs it); TRUE if something changed.
 * lifts_force: RadioOn of one who may. */
gboolean bh_radio_votes_on(BhRadioVotes *self, guint32 uid, gboolean lifts_force);
/* The user said RadioOn: it wants the radio until it votes, whether it has anything or not. */
void bh_radio_votes_keep_on(BhRadioVotes *self, guint32 uid);
gboolean bh_radio_votes_has(BhRadioVotes *self, guint32 uid);
gboolean bh_radio_votes_is_forced(BhRadioVotes *self);
/* Whether power may drop: users are those (guint32) who want something of the radio. */
gboolean bh_radio_votes_is_off(BhRadioVotes *self, const GArray *users);
/* Who keeps it on if it may not: uids (guint32); free with g_array_unref(). */
GArray *bh_radio_votes_list_against(BhRadioVotes *self, const GArray *users);

G_END_DECLS
