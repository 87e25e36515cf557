/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A hub on a fake radio and a manual clock, with adapter 0 ("hci0") powered, and two clients of
 * user 1000 and 1001. Each test makes its own; nothing waits for real time.
 */
#include "bh-hub.h"
#include "fake-radio.h"

typedef struct {
    FakeRadio *radio;
    BhClock *clock;
    BhHub *hub;
    BhClient *ann; /* uid 1000 */
    BhClient *bob; /* uid 1001 */
} HubFixture;

void hub_fixture_init(HubFixture *self);
void hub_fixture_clear(HubFixture *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HubFixture, hub_fixture_clear)

/* Lets each user wait, hold and operate so often, and an adapter have 16 links. */
void hub_fixture_widen(HubFixture *self, guint limit);

/* Lets finished tasks call back. */
void hub_fixture_turn(void);

/* A scan of everything by client, as long as the client. spec may be NULL. */
BhScan *hub_fixture_scan(HubFixture *self, BhClient *client, const BhScanSpec *spec);

/* One advertisement of device number without payload. */
void hub_fixture_hear(HubFixture *self, guint number, gint8 rssi);
/* The same, of device 1, so many times. */
void hub_fixture_hear_many(HubFixture *self, guint n);

/* A wait, and how it ended. */
typedef struct {
    gboolean done;
    BhScanRow *row; /* owned */
    GError *error;  /* owned */
} WaitResult;

void hub_fixture_wait(BhScan *scan, BhClient *client, gint64 timeout_ms, WaitResult *result);
void wait_result_clear(WaitResult *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(WaitResult, wait_result_clear)
