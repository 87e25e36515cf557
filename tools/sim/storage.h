/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What bluetoothd keeps on disk: per controller the devices that somebody connected or paired, with
 * the keys. It outlives bluetoothd and the controller's being plugged in.
 */
#include "scenario.h"

G_BEGIN_DECLS

typedef struct {
    BhAddress adapter;
    BhAddress address;
    char *name;      /* NULL = not known */
    BhSecurity keys; /* what a link is worth with them; NONE = not bonded */
} BhStored;

typedef struct _BhStorage BhStorage;

BhStorage *bh_storage_new(void);
void bh_storage_free(BhStorage *storage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhStorage, bh_storage_free)

/** Borrowed; made if it is not there. */
BhStored *bh_storage_add(BhStorage *storage, const BhAddress *adapter, const BhAddress *address);
/** Borrowed, or NULL. */
BhStored *
bh_storage_find(const BhStorage *storage, const BhAddress *adapter, const BhAddress *address);
void bh_storage_remove(BhStorage *storage, const BhAddress *adapter, const BhAddress *address);
/** BhStored of all controllers. Borrowed. */
const GPtrArray *bh_storage_peek_all(const BhStorage *storage);

G_END_DECLS
