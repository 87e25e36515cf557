/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who had a turn when, of clients that compete for the same thing. It remembers the crowd there is,
 * not everybody there ever was.
 */
#include "bh-client.h"

G_BEGIN_DECLS

typedef struct BhTurns BhTurns;

BhTurns *bh_turns_new(void);
void bh_turns_free(BhTurns *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhTurns, bh_turns_free)

/* When those of clients (BhClient) who waited for longest had their turn: the smaller the longer
 * ago, 0 = never. */
gsize bh_turns_get_oldest(BhTurns *self, const GPtrArray *clients);
/* They have a turn now, together. */
void bh_turns_take(BhTurns *self, const GPtrArray *clients);
/* Nobody competes any more. */
void bh_turns_forget(BhTurns *self);

G_END_DECLS
