/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a payload says, told field by field to a sink, so that a row on the bus and a line of JSON
 * cannot differ in more than their form. Internal to libblehub.
 */
#include "bh-ad.h"

G_BEGIN_DECLS

typedef enum {
    BH_AD_BYTE,   /* y */
    BH_AD_INT16,  /* n */
    BH_AD_UINT16, /* q */
} BhAdNumber;

/* What the keys of a map are. */
typedef enum {
    BH_AD_COMPANIES, /* number of 16 bits */
    BH_AD_SERVICES,  /* uuid */
    BH_AD_TYPES,     /* number of 8 bits */
} BhAdMap;

typedef struct {
    guint number;
    BhUuid uuid;
    const guint8 *data;
    gsize size;
} BhAdEntry;

typedef struct {
    void (*text)(gpointer out, const char *key, const char *text);
    void (*number)(gpointer out, const char *key, BhAdNumber type, gint value);
    void (*real)(gpointer out, const char *key, double value);
    void (*pair)(gpointer out, const char *key, const guint16 values[2]);
    void (*bytes)(gpointer out, const char *key, const guint8 *bytes, gsize size);
    void (*uuids)(gpointer out, const char *key, const BhUuid *uuids, gsize n);
    /* A map comes as its beginning, its entries (one at least) and its end. */
    void (*map_begin)(gpointer out, const char *key, BhAdMap map);
    void (*map_entry)(gpointer out, BhAdMap map, const BhAdEntry *entry);
    void (*map_end)(gpointer out, const char *key);
} BhAdSink;

/** Tells sink the fields of bh_ad_add_to_row(), in that order; each key once. */
void bh_ad_tell_fields(const guint8 *bytes, gsize size, const BhAdSink *sink, gpointer out);

G_END_DECLS
