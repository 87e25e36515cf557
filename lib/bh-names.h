/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Standard names of 16-bit UUIDs from a small table of the Assigned Numbers; a name that is not in
 * the table is NULL, never guessed.
 */
#include "bh-uuid.h"

G_BEGIN_DECLS

typedef enum {
    BH_NAME_SERVICE,
    BH_NAME_CHARACTERISTIC,
    BH_NAME_DESCRIPTOR,
    BH_NAME_MEMBER, /* of a company or standards body, 0xFCxx to 0xFFFx */
} BhNameKind;

/** English name and what kind of UUID it is; NULL (kind untouched) if not known. kind may be
 * NULL. Static storage. */
const char *bh_uuid_name(const BhUuid *uuid, BhNameKind *kind);

G_END_DECLS
