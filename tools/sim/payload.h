/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Puts a device's advertising data and scan response together from what a scenario says about it:
 * flags first, then the lists, manufacturer data and the name, which moves to the scan response if
 * it no longer fits. Each must end up in the 31 bytes of legacy advertising.
 */
#include "scenario.h"

G_BEGIN_DECLS

#define BH_PAYLOAD_NO_FLAGS (-1)
#define BH_PAYLOAD_COUNTER_SIZE 4

typedef struct {
    gint flags;              /* a byte, or BH_PAYLOAD_NO_FLAGS */
    GByteArray *structures;  /* AD structures with a form of their own */
    GPtrArray *manufacturer; /* GByteArray: company identifier, little-endian, and data */
    gboolean counter; /* at the end of the first manufacturer data; 0xffff is added if none */
    const char *name; /* NULL = none */
    gboolean scan_response_taken; /* the name must not move there */
} BhPayloadParts;

/** Appends to advertising and scan_response; counter_offset is where the counter begins, -1
 * without. */
gboolean bh_payload_compose(const BhPayloadParts *parts,
                            GByteArray *advertising,
                            GByteArray *scan_response,
                            gint *counter_offset,
                            GError **error);

G_END_DECLS
