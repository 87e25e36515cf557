/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One attempt to get at the values of a characteristic: Connect, Subscribe, OpenStream. What it got
 * belongs together and is given up together. Part of the library, not of its interface.
 */
#include "bh-stream-reader.h"

G_BEGIN_DECLS

/** What is to be subscribed; a copy lives as long as the object that wants it. */
typedef struct {
    char *address;
    char *service;
    char *characteristic;
    GVariant *connect_options;   /* a{sv} */
    GVariant *subscribe_options; /* a{sv} */
} BhLiveTarget;

typedef struct {
    GDBusConnection *bus;
    char *owner; /* unique name of the blehubd that has all this */
    char *hold;  /* path */
    BhDbusDevice1 *device;
    char *subscription; /* path */
    BhStreamReader *reader;
} BhLiveAttempt;

/** Takes as long as blehubd does. Cancelled, it ends only when blehubd answered, so that what was
 * made for nobody is released. target: borrowed during the call. */
void bh_live_attempt_async(GDBusConnection *bus,
                           const char *owner,
                           const BhLiveTarget *target,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
BhLiveAttempt *bh_live_attempt_finish(GAsyncResult *result, GError **error);

/** Releases the subscription and the hold. */
void bh_live_attempt_free(BhLiveAttempt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhLiveAttempt, bh_live_attempt_free)

G_END_DECLS
