/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Advertising data explained: every structure with the name of its type and its value in words,
 * whatever it is, and what is left when a structure does not fit.
 */
#include "bh-ad.h"
#include "company.h"

G_BEGIN_DECLS

/** English name of an AD type, "Unknown" for one that is not assigned. Static storage. */
const char *bh_ad_type_name(guint8 type);

/** What the structure says. Without a meaning that is known: its bytes in hex. companies may be
 * NULL. */
char *bh_ad_value_text(const BhAdStructure *structure, BhCompanies *companies);

typedef struct {
    const guint8 *tail; /* behind the last structure that fits; within the bytes given */
    gsize tail_size;
    gboolean malformed; /* the tail is a structure that does not fit; else data was ended early */
} BhAdTail;

/** One line for each structure, and one for a tail that is not zero padding. */
char *bh_ad_text(const guint8 *bytes, gsize size, BhCompanies *companies, BhAdTail *tail);

/** One line of JSON: "Structures" (Type, TypeName, Data, Value), "Row" as blehubd would report it,
 *  "Malformed" with the bytes of a structure that does not fit. */
char *bh_ad_json(const guint8 *bytes, gsize size, BhCompanies *companies, BhAdTail *tail);

G_END_DECLS
