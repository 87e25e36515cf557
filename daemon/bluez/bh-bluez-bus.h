/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The one connection to the bus on which all traffic with BlueZ goes, and who owns org.bluez on it.
 * Calls go to the owner's unique name, never to "org.bluez": so they cannot start BlueZ, and cannot
 * reach a later owner by mistake.
 */
#include "bh-sdbus-source.h"

G_BEGIN_DECLS

typedef struct {
    sd_bus *bus;
    GSource *source; /* NULL until attached */
    sd_bus_slot *filter;
    char *owner; /* unique name of BlueZ, NULL = not there */
} BhBluezBus;

/* address: NULL or "system", "session", or a D-Bus address. */
BhBluezBus *bh_bluez_bus_new(const char *address, GError **error);
void bh_bluez_bus_free(BhBluezBus *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhBluezBus, bh_bluez_bus_free)

/* Every incoming message that is not a reply goes to filter. */
void bh_bluez_bus_attach(BhBluezBus *self,
                         guint batch_ms,
                         sd_bus_message_handler_t filter,
                         BhSdbusLostFunc lost,
                         gpointer data);

/* How long advertisements may wait to be read together, 0 to 10 ms. Nothing unless attached. */
void bh_bluez_bus_set_batch(BhBluezBus *self, guint batch_ms);

/* Detaches and closes; no callback comes afterwards. */
void bh_bluez_bus_close(BhBluezBus *self);

/* A call to BlueZ, arguments still to be appended. There must be an owner. NULL if the connection
 * is gone. */
sd_bus_message *bh_bluez_bus_new_call(BhBluezBus *self,
                                      const char *path,
                                      const char *interface,
                                      const char *member);
/* The same to the bus itself. */
sd_bus_message *bh_bluez_bus_new_driver_call(BhBluezBus *self, const char *member);

/* Sends; handler gets the reply or an error within timeout_ms, unless the slot is dropped before.
 * NULL (and handler is not called) if message is NULL or the connection is gone. */
sd_bus_slot *bh_bluez_bus_send(BhBluezBus *self,
                               sd_bus_message *message,
                               guint timeout_ms,
                               sd_bus_message_handler_t handler,
                               gpointer data);
/* Sends without wanting to know. message may be NULL. */
void bh_bluez_bus_send_only(BhBluezBus *self, sd_bus_message *message);

/* The bus handles these in order with the calls around them. It takes so many rules of a connection
 * (by default 512) and refuses more. */
void bh_bluez_bus_add_match(BhBluezBus *self, const char *rule);
/* The same, with the answer going to handler as of bh_bluez_bus_send(). */
sd_bus_slot *bh_bluez_bus_ask_match(BhBluezBus *self,
                                    const char *rule,
                                    sd_bus_message_handler_t handler,
                                    gpointer data);
void bh_bluez_bus_remove_match(BhBluezBus *self, const char *rule);

/* Whether the bus refused a rule, by its answer; one that is slow to answer has not. The error is
 * LimitExceeded, with the bus's words. */
gboolean bh_bluez_bus_refused_match(sd_bus_message *answer, GError **error);

gboolean bh_bluez_bus_is_from_owner(const BhBluezBus *self, sd_bus_message *message);

G_END_DECLS
