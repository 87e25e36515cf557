/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A call of org.blehub.Hub1 that is answered later.
 */
#include "bh-dbus.h"

G_BEGIN_DECLS

typedef struct {
    BhDbusHub1 *object;
    GDBusMethodInvocation *invocation; /* owned: answering it consumes it */
} BhHubCall;

BhHubCall *bh_hub_call_new(BhDbusHub1 *object, GDBusMethodInvocation *invocation);
void bh_hub_call_free(BhHubCall *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhHubCall, bh_hub_call_free)

G_END_DECLS
