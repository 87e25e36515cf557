/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Centrals of the simulated world that connect to one adapter and use what is served there, as
 * BlueZ's GATT server lets them: it asks the owner of an attribute with the options it has, keeps
 * each central's configuration descriptors (those of a bonded one also while it is away), and
 * passes values on to whoever has one set.
 *
 * Which central gets what is as in BlueZ, mistakes included. Of 5.66: all subscribers share the
 * socket of the first, and only the last to leave is told of. Of 5.82: each has its own, but when
 * one without a bond leaves, the socket that was made first is closed; and a bonded one that comes
 * back and sets what is set already gets none.
 */
#include "served.h"

G_BEGIN_DECLS

typedef struct _BhCentrals BhCentrals;

/** Makes a link with a central: the path of its device, NULL if it has one. Borrowed. */
typedef const char *(*BhCentralsUp)(const BhAddress *address, gboolean bonded, gpointer user_data);

typedef struct {
    BhBluezContext *context; /* borrowed, and all of these: must outlive it */
    BhCentralsUp up;
    gpointer user_data;
} BhCentralsSetup;

BhCentrals *bh_centrals_new(const BhCentralsSetup *setup);
void bh_centrals_free(BhCentrals *centrals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCentrals, bh_centrals_free)

BhServed *bh_centrals_get_served(BhCentrals *centrals);

typedef struct {
    gboolean bonded;
    gboolean confirms; /* indications, at once */
    guint16 mtu;
} BhCentralOptions;

/** Returns the path of its device object. Borrowed. Error: AlreadyExists. */
const char *bh_centrals_connect(BhCentrals *centrals,
                                const BhAddress *address,
                                const BhCentralOptions *options,
                                GError **error);
/** FALSE if it has no link. */
gboolean bh_centrals_bond(BhCentrals *centrals, const BhAddress *address);
/** Its link is gone, whoever ended it. */
void bh_centrals_gone(BhCentrals *centrals, const BhAddress *address);

#define BH_CENTRALS_LINK_GONE 0xff

/** status: an ATT error, 0, or BH_CENTRALS_LINK_GONE; value: what was read, else NULL. */
typedef void (*BhCentralsDone)(guint8 status, GVariant *value, gpointer user_data);

/* What a central does; FALSE if there is none (NotFound) or no such attribute. Only the octets of
 * an address count. done may be called at once. */

gboolean bh_centrals_read(BhCentrals *centrals,
                          const BhAddress *address,
                          const char *attribute,
                          guint16 offset,
                          BhCentralsDone done,
                          gpointer user_data,
                          GError **error);
/** With or without response; authorize: a prepared write's question. */
typedef struct {
    gboolean command;
    gboolean authorize;
    guint16 offset;
} BhCentralWrite;

gboolean bh_centrals_write(BhCentrals *centrals,
                           const BhAddress *address,
                           const char *attribute,
                           GVariant *value,
                           const BhCentralWrite *how,
                           BhCentralsDone done,
                           gpointer user_data,
                           GError **error);
/** Writes the configuration descriptor. A central would have its answer at once; this one has it
 * when the attribute's owner has answered, so that a test knows what comes after that. */
gboolean bh_centrals_configure(BhCentrals *centrals,
                               const BhAddress *address,
                               const char *attribute,
                               guint16 configuration,
                               BhCentralsDone done,
                               gpointer user_data,
                               GError **error);
/** Confirms what it did not confirm at once. */
gboolean bh_centrals_confirm(BhCentrals *centrals, const BhAddress *address, GError **error);
/** aay: what it was told, oldest first; forgotten then. Floating, or NULL. */
GVariant *bh_centrals_take(BhCentrals *centrals,
                           const BhAddress *address,
                           const char *attribute,
                           GError **error);

G_END_DECLS
