/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An advertisement as bluetoothd reads it, which is not always how it was meant: reading stops at
 * the first structure that runs past the end, the last name wins whatever its kind, NULs at the end
 * of a name are dropped, and a name that is not UTF-8 has blanks in place of its non-ASCII bytes.
 */
#include <glib.h>

G_BEGIN_DECLS

#define BH_EIR_NO_TX_POWER 127
#define BH_EIR_LIMITED_DISCOVERABLE 0x01
#define BH_EIR_GENERAL_DISCOVERABLE 0x02

typedef struct {
    guint8 flags; /* 0 = none */
    char *name;   /* NULL = none */
    gboolean name_complete;
    gint8 tx_power;
    guint16 appearance; /* 0 = none */
    GPtrArray *uuids;   /* long form */
    GPtrArray *fields;  /* BhEirField */
} BhEir;

typedef enum {
    BH_EIR_MANUFACTURER,
    BH_EIR_SERVICE,
    BH_EIR_OTHER,
} BhEirKind;

/** Data under a key: company identifier, service UUID or AD type. */
typedef struct {
    BhEirKind kind;
    guint16 number; /* company or type */
    char *uuid;
    GBytes *data;
} BhEirField;

BhEir *bh_eir_parse(const guint8 *bytes, gsize size);
void bh_eir_free(BhEir *eir);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhEir, bh_eir_free)

gboolean bh_eir_has_uuid(const BhEir *eir, const char *uuid);

G_END_DECLS
