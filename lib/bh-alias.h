/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A name for a thing, given by whoever administrates the machine, and what is known of it that it
 * does not say itself: the key behind its addresses, or how loud it really is at 1 m.
 */
#include "bh-identity.h"

G_BEGIN_DECLS

typedef struct {
    char *name;
    BhIdentityPattern pattern;
    BhRpaKey *key; /* or NULL */
    gboolean has_power;
    gint power; /* measured power at 1 m, dBm */
    grefcount refs;
} BhAlias;

BhAlias *bh_alias_new(const char *name);
BhAlias *bh_alias_ref(BhAlias *self);
void bh_alias_unref(BhAlias *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhAlias, bh_alias_unref)

/** The key behind its addresses, whose identity it has from now on. */
void bh_alias_take_key(BhAlias *self, BhRpaKey *key);

gboolean bh_alias_matches(const BhAlias *self, const BhIdentity *identity);

G_END_DECLS
