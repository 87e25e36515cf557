/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The devices that matter: those that are connected, bonded, watched by the hub or being worked on,
 * a few among the thousands that BlueZ may know. BlueZ's signals of just these are asked for, each
 * by its path, so that an idle daemon sleeps while another program scans.
 *
 * A link is ready when BlueZ has resolved its services and a round trip afterwards has made sure
 * that all objects have been told: BlueZ may say ServicesResolved before it says which there are.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* Of BhLinkKey, for tables. */
guint bh_bluez_links_hash_key(gconstpointer key);
gboolean bh_bluez_links_equal_keys(gconstpointer a, gconstpointer b);

/* What is known of a device; NULL if nothing. Borrowed, and so below. */
BhBluezLink *bh_bluez_links_find(BhBluezCentral *self, const BhLinkKey *key);
BhBluezLink *bh_bluez_links_find_path(BhBluezCentral *self, const char *path);

/* Keeps a device in the table; it is made if need be. While it is used it is up to date. */
BhBluezLink *bh_bluez_link_use(BhBluezCentral *self, const BhLinkKey *key);
void bh_bluez_link_unuse(BhBluezCentral *self, BhBluezLink *link);

/* A device's properties: whole ones say that there is an object. known: its identity if the message
 * does not tell it; may be NULL. */
void bh_bluez_links_take(BhBluezCentral *self,
                         const char *path,
                         guint8 slot,
                         const BhBluezProperties *properties,
                         const BhAddress *known);
/* Why BlueZ says that its link ends, which it tells next. */
void bh_bluez_links_disconnected(BhBluezCentral *self, const char *path, const char *reason);
/* The object of a device is gone. */
void bh_bluez_links_removed(BhBluezCentral *self, const char *path);
/* Its attributes changed. */
void bh_bluez_links_attributes_changed(BhBluezCentral *self, const char *device);
/* An adapter came or went. */
void bh_bluez_links_adapter_added(BhBluezCentral *self, guint8 slot);
void bh_bluez_links_adapter_removed(BhBluezCentral *self, guint8 slot);
/* What the kernel said; NULL: nothing more will come from it. */
void bh_bluez_links_kernel(BhBluezCentral *self, const BhLinkEvent *event);
void bh_bluez_links_pairing(BhBluezCentral *self, const BhLinkKey *key, gboolean under_way);
void bh_bluez_links_refused(BhBluezCentral *self, const BhLinkKey *key);
void bh_bluez_links_parameters(BhBluezCentral *self,
                               const BhLinkKey *key,
                               const BhMgmtConnectionParameters *parameters);

/* Asks BlueZ what is the case; on the answer everybody concerned is told. */
void bh_bluez_link_refresh(BhBluezCentral *self, BhBluezLink *link);
/* Drops it, whoever uses it. */
void bh_bluez_link_drop(BhBluezCentral *self, BhBluezLink *link);
/* By a call of BlueZ; until it is answered nobody connects. There is none under way. */
void bh_bluez_link_drop_by(BhBluezCentral *self, BhBluezLink *link, sd_bus_message *message);
/* BlueZ's object of it, there or not; NULL if the adapter is not there. */
char *bh_bluez_link_dup_path(BhBluezCentral *self, const BhBluezLink *link);
void bh_bluez_link_get_state(const BhBluezLink *link, BhLinkState *state);
/* "the link is gone: timeout" */
GError *bh_bluez_link_new_error(const BhBluezLink *link);
/* What a refusal of BlueZ's about an attribute of a device means, which is taken: that there is no
 * link if the radio is being switched off, as far as the refusal lets that be. */
GError *bh_bluez_links_judge_refusal(BhBluezCentral *self, const char *device, GError *refusal);

/* For bh_central_watch(). */
void bh_bluez_link_set_watched(BhBluezCentral *self, const BhLinkKey *key, gboolean watched);

void bh_bluez_links_init(BhBluezCentral *self);
void bh_bluez_links_clear(BhBluezCentral *self);

G_END_DECLS
