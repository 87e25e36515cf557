/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A bound on how many signals may wait for us. GDBus reads from the bus however slow its user is,
 * so that a program whose output nobody reads would grow as long as signals come; with this, those
 * that are too many are dropped where they come in, and counted.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct BhSignalBound BhSignalBound;

/** On signals of an interface (static text), of which there must be one subscription. */
BhSignalBound *bh_signal_bound_new(GDBusConnection *bus, const char *interface, guint max);
void bh_signal_bound_free(BhSignalBound *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhSignalBound, bh_signal_bound_free)

/** One of them does not wait any more: called once for each that comes. */
void bh_signal_bound_take(BhSignalBound *self);

guint bh_signal_bound_get_lost(const BhSignalBound *self);

G_END_DECLS
