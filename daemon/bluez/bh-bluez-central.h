/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The central role over BlueZ: BhCentral of a BhBluez, and what of BlueZ's signals concerns it.
 */
#include "bh-bluez-private.h"
#include "bh-central.h"

G_BEGIN_DECLS

BhBluezCentral *bh_bluez_central_new(BhBluez *bluez);
void bh_bluez_central_free(BhBluezCentral *self);

/* Fills in BhCentral's functions. */
void bh_bluez_central_init_iface(BhCentralInterface *iface);

/* With the radio: everything under way ends, and nothing is told any more. */
void bh_bluez_central_stop(BhBluezCentral *self);

/* Reads BlueZ's messages as often as the hub wants, or at once while something is under way. */
void bh_bluez_central_update_pace(BhBluezCentral *self);
/* Something is under way whose answer must not wait for others to be read with it. */
gboolean bh_bluez_central_is_busy(const BhBluezCentral *self);

/* Another BlueZ may be able to do what the former could not. */
void bh_bluez_central_owner_gone(BhBluezCentral *self);
void bh_bluez_central_adapter_added(BhBluezCentral *self, guint8 slot);
/* path: which it had. */
void bh_bluez_central_adapter_removed(BhBluezCentral *self, guint8 slot, const char *path);
void bh_bluez_central_adapter_changed(BhBluezCentral *self, guint8 slot);

/* A Device1, whole or what changed of it; known: its identity as far as known already, or NULL. */
void bh_bluez_central_device(BhBluezCentral *self,
                             const char *path,
                             guint8 slot,
                             const BhBluezProperties *properties,
                             const BhAddress *known);

/* Whether the device of this path matters. */
gboolean bh_bluez_central_knows(const BhBluezCentral *self, const char *path);

/* Why the link of a device ends, told just before that; as BlueZ names it. */
void bh_bluez_central_disconnected(BhBluezCentral *self, const char *path, const char *reason);

/* Objects of attributes. A negative errno if the message is broken. */
gboolean bh_bluez_central_wants(const char *interface);
int bh_bluez_central_object(BhBluezCentral *self,
                            const char *path,
                            const char *interface,
                            sd_bus_message *message);
int bh_bluez_central_changed(BhBluezCentral *self,
                             const char *path,
                             const char *interface,
                             sd_bus_message *message);
void bh_bluez_central_removed(BhBluezCentral *self, const char *path, const char *interface);

/* What the kernel said; NULL: the management socket is lost. */
void bh_bluez_central_kernel(BhBluezCentral *self, const BhLinkEvent *event);
/* A pairing is under way over a link, or over. */
void bh_bluez_central_pairing(BhBluezCentral *self, const BhLinkKey *key, gboolean under_way);
/* One failed. */
void bh_bluez_central_refused(BhBluezCentral *self, const BhLinkKey *key);
void bh_bluez_central_parameters(BhBluezCentral *self,
                                 const BhLinkKey *key,
                                 const BhMgmtConnectionParameters *parameters);

G_END_DECLS
