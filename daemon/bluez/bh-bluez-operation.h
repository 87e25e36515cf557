/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Reads and writes of attributes. BlueZ does one thing at a time with an attribute and answers
 * everybody else InProgress, so the operations of one attribute stand in a line, those of write
 * commands too, which keeps their order. BlueZ cannot take an operation back: one that is cancelled
 * while it is under way stays at the head of its line until BlueZ has answered. One that is not
 * under way when it is cancelled is never sent.
 *
 * An InProgress that comes all the same is another program's operation: it is tried again until the
 * caller gives up.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* Each takes task, which returns GBytes for a read and TRUE for a write. value NULL = read. */
void bh_bluez_operation_start(BhBluezCentral *self,
                              const BhLinkKey *key,
                              guint16 handle,
                              guint16 offset,
                              GBytes *value,
                              BhWriteKind kind,
                              GTask *task);

/* Whether BlueZ is reading the attribute for us. */
gboolean bh_bluez_operations_is_reading(BhBluezCentral *self, const char *path);

/* A pairing over the link of a device (path) has failed. */
void bh_bluez_operations_refused(BhBluezCentral *self, const char *device);
/* Whether BlueZ has still to answer a call on an attribute that was under way then. */
gboolean bh_bluez_operations_are_refused(BhBluezCentral *self, const char *device);

/* The attribute is gone, and so are its operations. */
void bh_bluez_operations_removed(BhBluezCentral *self, const char *path);
/* The link is gone: all of its operations are over. */
void bh_bluez_operations_link_gone(BhBluezCentral *self, const BhBluezLink *link);

void bh_bluez_operations_init(BhBluezCentral *self);
void bh_bluez_operations_clear(BhBluezCentral *self);

G_END_DECLS
