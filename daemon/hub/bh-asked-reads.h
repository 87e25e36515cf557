/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Reads of centrals that wait for what the owner of an attribute says to them. Each has a token and
 * a deadline; whose owner says nothing is answered without it.
 */
#include "bh-clock.h"
#include "bh-peripheral.h"

G_BEGIN_DECLS

/* Of one application. More are answered at once, without asking. */
#define BH_ASKED_READS_MAX 64

typedef struct BhAskedReads BhAskedReads;

/* Nobody answered in time: the request is the caller's to answer. */
typedef void (*BhAskedReadLateFunc)(gpointer user_data,
                                    BhPeripheralRequest *request,
                                    guint attribute);

/* wait_ms: how long each waits. clock is borrowed: outlives us. */
BhAskedReads *
bh_asked_reads_new(BhClock *clock, gint64 wait_ms, BhAskedReadLateFunc late, gpointer user_data);
/* Nothing may wait any more. */
void bh_asked_reads_free(BhAskedReads *self);

/* Its token; 0 if there are too many. */
guint64 bh_asked_reads_add(BhAskedReads *self, BhPeripheralRequest *request, guint attribute);
/* What a token stands for, which is the caller's to answer then; NULL if it does not wait. */
BhPeripheralRequest *bh_asked_reads_take(BhAskedReads *self, guint64 token, guint *attribute);
/* The request is not there any more; nothing if it does not wait. */
void bh_asked_reads_forget(BhAskedReads *self, BhPeripheralRequest *request);
/* All that wait are late now. */
void bh_asked_reads_end(BhAskedReads *self);

G_END_DECLS
