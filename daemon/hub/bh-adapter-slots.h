/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which adapters there are, by slot: those the radio has now, those the configuration lets us use,
 * and those that were there once. Part of the hub; others look at it.
 */
#include "bh-adapter.h"
#include "bh-hub-state.h"

G_BEGIN_DECLS

typedef struct {
    BhAdapter *adapter; /* NULL until seen once; kept while it is unplugged */
    gboolean there;     /* the radio has it */
    gboolean present;   /* and the configuration lets us use it */
} BhAdapterSlot;

typedef struct {
    BhAdapterSlot slots[BH_RADIO_MAX_ADAPTERS];
    gboolean bluez; /* BlueZ is there */
    char **used;    /* addresses or "hciN" that may be used; empty or NULL = all */
} BhAdapterSlots;

/* The configuration lets us use it. */
gboolean bh_adapter_slots_is_used(const BhAdapterSlots *self, BhAdapter *adapter);
/* The adapter in a slot if it is present, else NULL. */
BhAdapter *bh_adapter_slots_peek(const BhAdapterSlots *self, guint slot);
/* A present one by address ("AA:..") or name ("hci0"); NULL if not there. */
BhAdapter *bh_adapter_slots_find(const BhAdapterSlots *self, const char *name);
BhAdapter *bh_adapter_slots_find_address(const BhAdapterSlots *self, const BhAddress *address);
/* What is the case for whoever wants one adapter only, or any (only NULL). */
BhHubState bh_adapter_slots_get_state(const BhAdapterSlots *self, const BhAddress *only);
/* Whether one is on; else NotReady with the state as message. */
gboolean
bh_adapter_slots_check_ready(const BhAdapterSlots *self, const BhAddress *only, GError **error);
guint bh_adapter_slots_count(const BhAdapterSlots *self);
void bh_adapter_slots_clear(BhAdapterSlots *self);

G_END_DECLS
