/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What tests of the peripheral role share: calls, and how they ended.
 */
#include "hub-fixture.h"

/* A call, and how it ended. What it returned is owned; cleared by local_result_clear(), which
 * requires that it has ended. */
typedef struct {
    gboolean done;
    GError *error;
    BhApplication *application;
    BhAdvertisement *advertisement;
    BhWritten *written;
    BhLinkKey central;
    GArray *users;
    gboolean broadcast;
} LocalResult;

void local_result_clear(LocalResult *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LocalResult, local_result_clear)
/* Requires that it has ended with this code; -1 = without an error. */
void local_result_check(const LocalResult *self, gint code);

FakePeripheral *local_peripheral(HubFixture *f);
/* Has the hub look around: finished tasks, and timers that are due now. */
void local_turn(HubFixture *f);
void local_advance(HubFixture *f, gint64 ms);

/* Attributes of the application that tests register, by number. */
enum {
    PLAIN,      /* 2a00: read, write; "initial" */
    CAPTURED,   /* 2a01: write, captured */
    CAPTURED_2, /* 2a02: write, captured */
    SHORT,      /* 2a03: write, at most 4 bytes, longer is refused */
    CUT,        /* 2a04: write, at most 4 bytes, longer is cut */
    JOINED,     /* 2a05: write, appends, at most 8 bytes */
    ASKED,      /* 2a06: read, the owner is asked; "stored" */
    NOTIFIED,   /* 2a07: read, notify; "value" */
    INDICATED,  /* 2a08: indicate; "value" */
    DESCRIPTOR, /* 2901 of INDICATED: read; "name" */
};
BhGattName local_name(guint attribute);

/* The first registration gets id 1, and so on, advertisements counted in. */
void local_register_spec(HubFixture *f,
                         BhClient *client,
                         BhLifetime lifetime,
                         const char *adapter,
                         guint queue,
                         BhOnRestart on_restart,
                         LocalResult *result);
/* By default: all adapters, a queue of 3; leaves the call open. */
void local_register(HubFixture *f, BhClient *client, LocalResult *result);
/* The same, served on adapter 0 at once. */
BhApplication *local_serve(HubFixture *f, BhClient *client, guint id, LocalResult *result);

void
local_advertise(HubFixture *f, BhClient *client, const BhAdvertSpec *spec, LocalResult *result);
/* On the air by adapter 0 at once; connectable. */
BhAdvertisement *local_advertise_now(HubFixture *f,
                                     BhClient *client,
                                     guint id,
                                     guint32 timeout_ms,
                                     gboolean until_connected,
                                     LocalResult *result);

void local_wait_written(HubFixture *f,
                        BhApplication *application,
                        BhClient *client,
                        LocalResult *result);
void local_wait_connected(HubFixture *f,
                          BhAdvertisement *advertisement,
                          BhClient *client,
                          LocalResult *result);
/* central 0 = all. */
void local_indicate(HubFixture *f,
                    BhApplication *application,
                    BhClient *client,
                    guint central,
                    const char *value,
                    gboolean allow_broadcast,
                    LocalResult *result);
void local_radio_off(HubFixture *f, BhClient *client, gboolean force, LocalResult *result);
void local_radio_on(HubFixture *f, BhClient *client, gboolean lifts_force, LocalResult *result);
/* Requires that RadioOff has told so many users, of whom this one is the first. */
void local_check_users(const LocalResult *result, guint n, guint32 first);
/* RadioOff that finds nobody against it, and adapter 0 obeys. */
void local_switch_off(HubFixture *f, BhClient *client, LocalResult *result);

/* Requires what an attribute holds, what was written, and what the peripheral did since the last
 * time. */
void local_check_value(BhApplication *application, guint attribute, const char *expected);
void local_check_written(const LocalResult *result,
                         guint attribute,
                         guint central,
                         const char *expected);
void local_check_log(HubFixture *f, const char *expected);
