/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The links that this process makes outlive it: BlueZ keeps one, and an attempt, too, when the
 * program that asked for it is gone. They are written down before BlueZ is asked, so that the next
 * start can drop what a crash left behind, and nothing that a foreign program made.
 */
#include "bh-address.h"

G_BEGIN_DECLS

typedef struct BhLinkMemory BhLinkMemory;

typedef struct {
    BhAddress adapter;
    BhAddress peer;
} BhLinkMemoryEntry;

/* path: of the file; NULL = nothing is written down. Reads what is there. */
BhLinkMemory *bh_link_memory_new(const char *path);
/* Writes nothing. */
void bh_link_memory_free(BhLinkMemory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhLinkMemory, bh_link_memory_free)

/* Begins anew with this bluetoothd, named by its unique name on the bus, and returns what was
 * written down of it before: BhLinkMemoryEntry. The links of another one ended with it. */
GArray *bh_link_memory_begin(BhLinkMemory *self, const char *owner);

/* Our link or attempt; twice is as good as once. */
void bh_link_memory_add(BhLinkMemory *self, const BhLinkMemoryEntry *entry);
/* It is over, or its end was asked for. Nothing happens if it is not written down. */
void bh_link_memory_remove(BhLinkMemory *self, const BhLinkMemoryEntry *entry);

G_END_DECLS
