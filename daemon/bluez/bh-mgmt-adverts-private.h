/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Advertisements of the kernel as their parts see them: bh-mgmt-adverts.c (what is known and
 * wanted) and bh-mgmt-advert-steps.c (which command comes next, and what its answer means).
 */
#include <string.h>

#include "bh-error.h"
#include "bh-mgmt-adverts.h"

G_BEGIN_DECLS

typedef enum {
    BH_MGMT_ADVERT_IDLE,
    BH_MGMT_ADVERT_LIST,
    BH_MGMT_ADVERT_CLEAN,
    BH_MGMT_ADVERT_PARAMETERS,
    BH_MGMT_ADVERT_DATA,
} BhMgmtAdvertStep;

typedef struct {
    guint id;
    BhMgmtAdvert advert;
    guint8 instance;     /* 0 = it has none */
    gboolean has_params; /* and the kernel has its parameters */
    gboolean there;      /* and its data */
    gint8 tx_power;      /* that the controller chose */
    gboolean full;       /* no instance is free */
    gboolean refused;    /* until the timer */
} BhMgmtAdvertEntry;

struct BhMgmtAdverts {
    BhMgmtMemory *memory;        /* borrowed */
    const BhBluezTiming *timing; /* borrowed */
    const BhMgmtAdvertsObserver *observer;
    gpointer data;
    guint8 slot;
    BhMgmt *mgmt; /* borrowed; NULL = there is none */

    guint16 index;
    BhMgmtController controller;
    gboolean ready;
    gboolean met; /* what an earlier process left was looked at */
    guint taken;  /* by BlueZ */

    GArray *entries;        /* BhMgmtAdvertEntry, in the order they were wanted */
    GByteArray *stale;      /* instances of ours to be removed */
    gboolean listed;        /* seen is known */
    gboolean fresh;         /* since just now */
    BhMgmtAdvertising seen; /* at the last look; no flags = refused */

    BhMgmtAdvertStep step;
    BhMgmtCall *call; /* of step */
    guint id;         /* that it is for */
    guint8 instance;
    guint timer;     /* until what failed is tried again; 0 = none */
    gboolean paused; /* and until then nothing is */
    guint failures;
};

static inline BhMgmtAdvertEntry *
bh_mgmt_adverts_entry(const BhMgmtAdverts *self, guint i)
{
    return &g_array_index(self->entries, BhMgmtAdvertEntry, i);
}

static inline BhMgmtAdvertEntry *
bh_mgmt_adverts_find(const BhMgmtAdverts *self, guint id)
{
    for (guint i = 0; i < self->entries->len; i++)
        if (bh_mgmt_adverts_entry(self, i)->id == id)
            return bh_mgmt_adverts_entry(self, i);
    return NULL;
}

static inline void
bh_mgmt_adverts_tell(BhMgmtAdverts *self, guint id, BhError code, const char *text)
{
    g_autoptr(GError) error = g_error_new_literal(BH_ERROR, (gint)code, text);

    self->observer->told(self->data, self->slot, id, error);
}

static inline void
bh_mgmt_advert_leave_instance(BhMgmtAdvertEntry *entry)
{
    entry->instance = 0;
    entry->has_params = FALSE;
    entry->there = FALSE;
}

/* bh-mgmt-adverts.c */

/* Of the kernel's side of the controller all that is known. */
void bh_mgmt_adverts_forget_kernel(BhMgmtAdverts *self);
/* It is not ours any more; it need not be removed any more. */
void bh_mgmt_adverts_forget_instance(BhMgmtAdverts *self, guint8 instance);
void bh_mgmt_adverts_leave_stale(BhMgmtAdverts *self, guint8 instance);
/* What was refused is tried again after a while, longer with each failure; until then nothing is
 * tried at all. */
void bh_mgmt_adverts_back_off(BhMgmtAdverts *self);
void bh_mgmt_adverts_pause(BhMgmtAdverts *self);

/* bh-mgmt-advert-steps.c: the command of a step, about self->instance. */
void bh_mgmt_adverts_fill_packet(const BhMgmtAdverts *self,
                                 BhMgmtAdvertStep step,
                                 const BhMgmtAdvertEntry *entry,
                                 BhMgmtPacket *packet);

G_END_DECLS
