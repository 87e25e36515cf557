/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What an object manager manages, in the order it came, and found at once however many there are.
 */
#include "bh-exported.h"

G_BEGIN_DECLS

typedef struct {
    BhExported *exported;
    char *path;
    /* BhClient, borrowed: the askers who know of it; stays empty of a public one */
    GHashTable *told;
    GList link; /* in the list */
} BhManaged;

typedef struct BhManagedList BhManagedList;

BhManagedList *bh_managed_list_new(void);
void bh_managed_list_free(BhManagedList *self);

/* Keeps a reference to exported. Borrowed: until it is removed. */
BhManaged *bh_managed_list_add(BhManagedList *self, BhExported *exported, const char *path);
void bh_managed_list_remove(BhManagedList *self, BhManaged *item);
void bh_managed_list_clear(BhManagedList *self);
/* NULL if it is not there. */
BhManaged *bh_managed_list_find(BhManagedList *self, BhExported *exported);
/* Of BhManaged. */
const GList *bh_managed_list_peek(BhManagedList *self);

G_END_DECLS
