/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The device that a verb works with: the options that say how to reach it, and a hold on it that
 * lasts as long as our connection to the bus.
 */
#include "ctl.h"

G_BEGIN_DECLS

typedef struct {
    char *adapter;
    char *address_type;
    char *connect_timeout;
    char *linger;
} BhPeerOptions;

void bh_peer_options_add(BhPeerOptions *self, GOptionContext *context);
/** As options of Hub1.Connect. Error: G_OPTION_ERROR. */
gboolean bh_peer_options_fill(const BhPeerOptions *self, GVariantDict *dict, GError **error);
void bh_peer_options_clear(BhPeerOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhPeerOptions, bh_peer_options_clear)

/** Whether words has from min to max of them (max 0 = any number) and the first is an address; what
 * is missing is complained about in terms of verb->arguments. */
gboolean
bh_peer_check_words(const BhVerb *verb, char *const *words, guint min, guint max, BhExit *code);

typedef struct {
    GDBusConnection *bus;
    BhDbusHub1 *hub;
    BhDbusDevice1 *device; /* hears signals; has no properties */
    char *hold;            /* path */
    const char *address;   /* borrowed: outlived by the command line */
} BhPeer;

/** Connects and holds. options: a{sv} of Hub1.Connect; a floating one is taken. */
gboolean bh_peer_open(BhPeer *self,
                      const BhCtl *ctl,
                      const char *address,
                      GVariant *options,
                      GError **error);

/** The same with nothing but the common options. */
gboolean bh_peer_open_plain(BhPeer *self,
                            const BhCtl *ctl,
                            const char *address,
                            const BhPeerOptions *options,
                            GError **error);

/** Calls the device; see bh_progress_call(). */
GVariant *bh_peer_call(BhPeer *self,
                       const char *what,
                       const char *method,
                       GVariant *parameters,
                       GError **error);

/** All properties of the device as they are now. */
GVariant *bh_peer_get_properties(BhPeer *self, GError **error);

void bh_peer_clear(BhPeer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhPeer, bh_peer_clear)

G_END_DECLS
