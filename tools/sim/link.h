/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The link between one adapter and one device as bluetoothd has it: the call is answered when the
 * link is up, services are resolved later, Disconnect takes 2 s and is for everybody. Method calls
 * of Device1 come in here and are answered here.
 */
#include "context.h"
#include "gatt.h"
#include "props.h"

G_BEGIN_DECLS

typedef struct {
    void (*kept)(gpointer user_data);   /* the device is to be remembered from now on */
    void (*unkept)(gpointer user_data); /* as if newly found, link or not */
    void (*up)(gpointer user_data);     /* about to be told */
    void (*resolved)(GStrv uuids, gpointer user_data);
    void (*down)(gpointer user_data); /* or never came up; may free the link */
} BhLinkEvents;

typedef struct {
    BhBluezContext *context;
    BhPlug *plug;
    const char *path; /* of the device object */
    BhAddress address;
    BhProps *props; /* of the device object */
    const BhLinkEvents *events;
    gpointer user_data;
} BhLinkSetup;

typedef struct _BhLink BhLink;

/** Everything in setup is borrowed and must outlive it. */
BhLink *bh_link_new(const BhLinkSetup *setup);
/** Whoever waits gets no answer; a link is lost to the device. */
void bh_link_free(BhLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhLink, bh_link_free)

/* Each answers the call, now or later. */
void bh_link_connect(BhLink *link, GDBusMethodInvocation *invocation);
void bh_link_disconnect(BhLink *link, GDBusMethodInvocation *invocation);
void bh_link_pair(BhLink *link, GDBusMethodInvocation *invocation);
void bh_link_cancel_pairing(BhLink *link, GDBusMethodInvocation *invocation);
/** Adapter1.ConnectDevice, which answers with the path. */
void bh_link_connect_device(BhLink *link, GDBusMethodInvocation *invocation);

/** The controller hears a connectable advertisement of the device. */
void bh_link_hear(BhLink *link);

/** The radio is going: attempts fail, a link is lost. */
void bh_link_cut(BhLink *link);

gboolean bh_link_is_up(const BhLink *link);

/** The link that a central made is gone, whoever ended it; about to be told. */
typedef void (*BhLinkGone)(const BhAddress *address, gpointer user_data);

/** A central has made the link. FALSE if there is one. */
gboolean bh_link_come(BhLink *link, BhLinkGone gone, gpointer user_data);
/** The central ends it. */
void bh_link_leave(BhLink *link);

G_END_DECLS
