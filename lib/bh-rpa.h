/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Resolvable private addresses: how a phone that changes its address every few minutes is known
 * again by whoever has its identity resolving key (IRK). Core 5.4 Vol 3 Part H 2.2.2 (ah) and
 * Vol 6 Part B 1.3.2.2 (the address). AES is libgcrypt's.
 */
#include "bh-address.h"

G_BEGIN_DECLS

#define BH_IRK_SIZE 16
#define BH_RPA_PRAND_BITS 22 /* of which an address has room for */

/** An IRK, ready to be used. */
typedef struct BhRpaKey BhRpaKey;

/** From 32 hex digits, most significant octet first, as the specification writes keys (the file in
 * which BlueZ keeps a bond has the octets in the opposite order); spaces, colons or hyphens may
 * part any two digits. Error: InvalidArguments "IRK ...", which does not repeat the key. */
BhRpaKey *bh_rpa_key_new(const char *text, GError **error);
/** The same from its octets, most significant first. */
BhRpaKey *bh_rpa_key_new_from_octets(const guint8 octets[BH_IRK_SIZE]);
void bh_rpa_key_free(BhRpaKey *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhRpaKey, bh_rpa_key_free)

const guint8 *bh_rpa_key_peek_octets(const BhRpaKey *self);

/** Whether an address is a resolvable private one, of whomever. */
gboolean bh_rpa_is_resolvable(const BhAddress *address);

/** Whether an address was made with this key: one AES block, none if it is not a resolvable one.
 * One in 16 million addresses of others passes for its own. */
gboolean bh_rpa_key_resolves(const BhRpaKey *self, const BhAddress *address);

/** The address that belongs to a random number, of which BH_RPA_PRAND_BITS count. The
 * specification does not let all of them be 0 or all be 1. */
void bh_rpa_key_make_address(const BhRpaKey *self, guint32 prand, BhAddress *address);

G_END_DECLS
