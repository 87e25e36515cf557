/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a beacon says, told field by field to a sink, so that a row on the bus and a line of JSON
 * cannot differ in more than their form. Internal to libblehub.
 */
#include "bh-beacon.h"

G_BEGIN_DECLS

typedef enum {
    BH_BEACON_BYTE,   /* y */
    BH_BEACON_INT16,  /* n */
    BH_BEACON_UINT16, /* q */
    BH_BEACON_UINT32, /* u */
    BH_BEACON_UINT64, /* t */
} BhBeaconNumber;

typedef struct {
    void (*text)(gpointer out, const char *key, const char *text);
    void (*number)(gpointer out, const char *key, BhBeaconNumber type, gint64 value);
    void (*real)(gpointer out, const char *key, double value);
} BhBeaconSink;

/** Tells sink Type and the keys that bh_beacon_parse() takes; each once. What a beacon does not
 * measure it does not tell. */
void bh_beacon_tell_fields(const BhBeacon *self, const BhBeaconSink *sink, gpointer out);

G_END_DECLS
