/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Standard names of 16-bit UUIDs and appearances from a small table of the Assigned Numbers; a name that
 * is not in the table is NULL, never guessed.
 */
#include "bh-uuid.h"

G_BEGIN_DECLS

typedef enum {
    BH_NAME_SERVICE,
    BH_NAME_CHARACTERISTIC,
    BH_NAME_DESCRIPTOR,
    BH_NAME_MEMBER, /* a company's 16-bit UUID, 0xFCxx to 0xFExx */
} BhNameKind;

/** English name and what kind of UUID it is; NULL if not known. Static storage. */
const char *bh_uuid_name(const BhUuid *uuid, BhNameKind *kind);

G_END_DECLS
