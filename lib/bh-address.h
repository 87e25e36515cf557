/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A device's identity on the air: six octets and whether they are public or random. Two devices may
 * share the octets and differ in type, so the type is part of every comparison.
 */
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    BH_ADDRESS_PUBLIC = 0,
    BH_ADDRESS_RANDOM = 1,
} BhAddressType;

#define BH_ADDRESS_TEXT_SIZE 18 /* "AA:BB:CC:DD:EE:FF" and its NUL */

typedef struct {
    guint8 octets[6]; /* most significant first, as people write them */
    guint8 type;      /* BhAddressType */
} BhAddress;

/** Reads "AA:BB:CC:DD:EE:FF" (either case, nothing before or after). Error: InvalidArguments
 * "Address ...". */
gboolean bh_address_parse(const char *text, BhAddressType type, BhAddress *address, GError **error);

/** Writes the address in upper case with colons. */
void bh_address_format(const BhAddress *address, char text[BH_ADDRESS_TEXT_SIZE]);

/** "public" or "random". */
const char *bh_address_type_to_string(BhAddressType type);
gboolean bh_address_type_from_string(const char *text, BhAddressType *type);

/** For GHashTable: over octets and type. */
guint bh_address_hash(gconstpointer address);
gboolean bh_address_equal(gconstpointer a, gconstpointer b);

G_END_DECLS
