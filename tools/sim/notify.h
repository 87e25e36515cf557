/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Notification sessions of one characteristic: one per D-Bus sender, which vanish with it and
 * outlive links. The first writes the characteristic's configuration, the last clears it. BlueZ
 * signals each notification once per session.
 */
#include "gatt.h"
#include "interface.h"

G_BEGIN_DECLS

typedef struct _BhNotify BhNotify;

/** All borrowed. */
BhNotify *bh_notify_new(const BhGattShared *shared, BhPeerAttribute *attribute, BhProps *props);
void bh_notify_free(BhNotify *notify);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhNotify, bh_notify_free)

/* Each answers the call, now or later. */
void bh_notify_start(BhNotify *notify, GDBusMethodInvocation *invocation);
void bh_notify_stop(BhNotify *notify, GDBusMethodInvocation *invocation);

void bh_notify_connected(BhNotify *notify);
void bh_notify_disconnected(BhNotify *notify);

/** Sessions that are registered. */
guint bh_notify_count(const BhNotify *notify);

G_END_DECLS
