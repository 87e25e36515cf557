/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A call of one of our objects that is answered later: what its handler keeps until then.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
    gpointer object;                   /* what was called: of the interface's generated type */
    GDBusMethodInvocation *invocation; /* owned: answering it consumes it */
    gboolean hex;                      /* bytes, or the keys of their dictionaries, are text */
} BhCall;

/* Without hex. */
BhCall *bh_call_new(gpointer object, GDBusMethodInvocation *invocation);
BhCall *bh_call_new_hex(gpointer object, GDBusMethodInvocation *invocation, gboolean hex);
void bh_call_free(BhCall *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhCall, bh_call_free)

G_END_DECLS
