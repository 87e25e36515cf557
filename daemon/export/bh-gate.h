/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The one way in. Every method call and property access on every object passes here: the caller's
 * user is found out, the object must be visible to that user, and the access table must allow the
 * member. Decided on the main context, so that calls a client did not wait for keep their order.
 */
#include "bh-exported.h"
#include "bh-peers.h"

G_BEGIN_DECLS

/* peers is borrowed: outlives the gate. */
BhGate *bh_gate_new(BhPeers *peers);
void bh_gate_free(BhGate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhGate, bh_gate_free)

/* What is at the path when a call of it has its turn, borrowed; NULL = nothing. */
typedef BhExported *(*BhGateFindFunc)(gpointer user_data, const char *path);

/* Takes over the invocation: passes it, in its turn, to what find finds, or answers NotFound if
 * that is NULL or hidden from the caller. user_data is borrowed: outlives the gate's turns. */
void bh_gate_call(BhGate *self,
                  BhGateFindFunc find,
                  gpointer user_data,
                  GDBusMethodInvocation *invocation);

/* For GDBusInterfaceSkeletonClass.get_vtable of every BhExported. */
GDBusInterfaceVTable *bh_gate_get_vtable(GDBusInterfaceSkeleton *skeleton);

/* The caller of an invocation that passed the gate and has not been answered yet. */
BhClient *bh_gate_peek_client(BhGate *self, GDBusMethodInvocation *invocation);

guint64 bh_gate_get_denied(BhGate *self);
/* Calls turned away because too many connections or calls were there. */
guint64 bh_gate_get_refused(BhGate *self);

G_END_DECLS
