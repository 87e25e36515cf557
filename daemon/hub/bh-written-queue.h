/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What centrals wrote and the owner has not fetched, in the order of the air over all attributes of
 * an application: every write of attributes that capture, as many as there is room for, and the
 * last one of each that does not.
 */
#include "bh-application.h"

G_BEGIN_DECLS

typedef struct BhWrittenQueue BhWrittenQueue;

/* limit: of captured writes; the oldest is dropped for the newest. */
BhWrittenQueue *bh_written_queue_new(BhApplicationDefinition *definition, guint limit);
void bh_written_queue_free(BhWrittenQueue *self);

/* Takes written. continues: it is more of the same write by the same central, and replaces what was
 * written of it before unless that was fetched. */
void bh_written_queue_push(BhWrittenQueue *self, BhWritten *written, gboolean continues);
/* The oldest; NULL if there is none. */
BhWritten *bh_written_queue_pop(BhWrittenQueue *self);
/* The last write of an attribute is known otherwise. */
void bh_written_queue_forget(BhWrittenQueue *self, guint attribute);

gboolean bh_written_queue_is_empty(BhWrittenQueue *self);
guint64 bh_written_queue_get_dropped(BhWrittenQueue *self);

G_END_DECLS
