/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the files of a remote device's calls share. Each call is an operation: a name that is looked
 * up when the call comes and again when the device's attributes have changed, and the work to do
 * when its turn comes. What is not an attribute has a number beyond those of handles.
 */
#include "bh-remote-private.h"

G_BEGIN_DECLS

enum {
    BH_ATTRIBUTE_SUBSCRIBE = 0x10000, /* plus the handle: beside reads and writes, one at a time */
    BH_ATTRIBUTE_PAIRING = 0x20000,
    BH_ATTRIBUTE_RSSI,
    BH_ATTRIBUTE_PARAMETERS,
};

/* Of any kind; one kind's fields are not used by others. */
typedef struct {
    BhRemote *remote; /* borrowed: the task's source */
    BhGattName name;
    guint16 handle;
    guint16 offset;
    GBytes *value;
    BhResponse response;
    BhWriteKind write_kind;
    BhIoCapability capability;
    guint32 uid; /* who pairs */
    BhPairingAskFunc ask;
    gpointer ask_data;
    BhOperation *operation; /* borrowed: while it is under way */
    BhLinkParameters parameters;
    BhSubscription *subscription;
} BhRemoteCall;

BhRemoteCall *bh_remote_call_new(BhRemote *remote, const BhGattName *name);
BhCentral *bh_remote_call_peek_central(BhRemoteCall *call);
/* Takes the call over. */
void bh_remote_call_run(const BhOperationKind *kind,
                        BhRemoteCall *call,
                        BhClient *client,
                        gint64 timeout_ms,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
/* For BhOperationKind.resolve: of what is not an attribute, and of what is. */
gboolean
bh_remote_call_resolve_to(BhRemoteCall *call, guint32 number, guint32 *attribute, GError **error);
gboolean
bh_remote_call_find(BhRemoteCall *call, BhGattFound *found, guint32 *attribute, GError **error);
/* Always FALSE: NotSupported, for want of a property. */
gboolean bh_remote_call_lacks(const char *property, GError **error);
/* Ends an operation (user_data) of which the central says done or not. */
void bh_remote_call_on_done(GObject *source, GAsyncResult *result, gpointer user_data);

G_END_DECLS
