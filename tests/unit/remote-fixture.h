/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What tests of remote devices share: calls, and how they ended.
 */
#include "bh-hold.h"
#include "bh-subscription.h"
#include "hub-fixture.h"

/* A call, and how it ended. What it returned is owned; cleared by remote_result_clear(), which
 * requires that it has ended. */
typedef struct {
    gboolean done;
    GError *error;
    BhHold *hold;
    GBytes *value;
    BhSubscription *subscription;
    BhNotifiedValue *notified;
    char *text;
    gint number;
} RemoteResult;

void remote_result_clear(RemoteResult *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RemoteResult, remote_result_clear)
/* Requires that it has ended with this code; -1 = without an error. */
void remote_result_check(const RemoteResult *self, gint code);

/* A spec for device number; default otherwise. */
BhHoldSpec remote_spec(guint number);
/* Has the hub look around: finished tasks, and timers that are due now. */
void remote_turn(HubFixture *f);
void remote_advance(HubFixture *f, gint64 ms);

void remote_connect(HubFixture *f, BhClient *client, const BhHoldSpec *spec, RemoteResult *result);
/* The same by a lease of 1 s. */
void remote_connect_leased(HubFixture *f,
                           BhClient *client,
                           const BhHoldSpec *spec,
                           RemoteResult *result);
/* Holds device number for client; the link is made if there is none. */
BhRemote *remote_hold(HubFixture *f, BhClient *client, guint number, RemoteResult *result);
BhRemote *remote_find(HubFixture *f, guint number);
FakeCentral *remote_central(HubFixture *f);

/* "2a38", or "2a38/2901" for a descriptor. */
BhGattName remote_name(const char *text);
void remote_read(BhRemote *remote, BhClient *client, const char *name, RemoteResult *result);
void remote_read_within(BhRemote *remote,
                        BhClient *client,
                        const char *name,
                        gint64 timeout_ms,
                        RemoteResult *result);
void remote_write(BhRemote *remote,
                  BhClient *client,
                  const char *name,
                  const char *value,
                  BhResponse response,
                  RemoteResult *result);
void remote_subscribe(BhRemote *remote,
                      BhClient *client,
                      const char *name,
                      guint queue,
                      RemoteResult *result);
void remote_wait(BhSubscription *subscription, BhClient *client, RemoteResult *result);
void remote_wait_disconnected(BhRemote *remote, BhClient *client, RemoteResult *result);
void remote_wait_mtu(BhRemote *remote, BhClient *client, RemoteResult *result);
void remote_pair(BhRemote *remote,
                 BhClient *client,
                 BhPairingAskFunc ask,
                 gpointer data,
                 RemoteResult *result);
void remote_unpair(BhRemote *remote, BhClient *client, RemoteResult *result);
void remote_rssi(BhRemote *remote, BhClient *client, RemoteResult *result);

/* Requires what the central was asked since the last time. */
void remote_check_log(HubFixture *f, const char *expected);
