/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Reads and writes of centrals: calls of BlueZ that are kept until the hub answers. One whose
 * central, BlueZ or application goes is over without an answer, of which the hub is told, unless it
 * took the application back itself.
 */
#include "bh-bluez-server-private.h"

G_BEGIN_DECLS

/* Calls of BlueZ. */
int bh_bluez_request_read(const BhBluezPlace *place, sd_bus_message *call);
int bh_bluez_request_write(const BhBluezPlace *place, sd_bus_message *call);

/* Answers of the hub. A request that is over already is none. */
void
bh_bluez_request_return_value(BhBluezServer *self, BhPeripheralRequest *request, GBytes *value);
void bh_bluez_request_return_done(BhBluezServer *self, BhPeripheralRequest *request);
void
bh_bluez_request_return_error(BhBluezServer *self, BhPeripheralRequest *request, guint8 status);

/* The link of a central is gone; or an adapter, with BlueZ or alone. */
void bh_bluez_requests_link_gone(BhBluezServer *self, const BhLinkKey *key);
void
bh_bluez_requests_link_renamed(BhBluezServer *self, const BhLinkKey *former, const BhLinkKey *key);
void bh_bluez_requests_adapter_gone(BhBluezServer *self, guint8 slot);
/* Ends all of an application (NULL = of all) without telling. */
void bh_bluez_requests_drop(BhBluezServer *self, const BhBluezApp *app);

/* The options of BlueZ's calls; strings are borrowed from the message. */
typedef struct {
    const char *device; /* NULL = not told */
    guint16 offset;
    guint16 mtu;        /* 0 = not told */
    gboolean authorize; /* only whether it is allowed */
} BhBluezCallOptions;

/* Reads the a{sv} that comes next. A negative errno if the message is broken. */
int bh_bluez_call_options_read(BhBluezCallOptions *self, sd_bus_message *message);

G_END_DECLS
