/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.blehub served on a private bus by a hub in the test's own process, whose radio obeys the test
 * and whose clock stands still: what centrals do, and when time passes, is what the test says.
 * Calls run the main loop, so that the service answers from it.
 */
#include "bh-fixture.h"
#include "bh-service.h"
#include "hub-fixture.h"

G_BEGIN_DECLS

#define BH_SERVE_HUB "org.blehub.Hub1"
#define BH_SERVE_APPLICATION "org.blehub.Application1"
#define BH_SERVE_ADVERTISEMENT "org.blehub.Advertisement1"
#define BH_SERVE_ADAPTER_PATH "/org/blehub/adapter/00_00_00_00_00_01"

typedef struct {
    BhFixture bus;
    HubFixture hub;
    GDBusConnection *server;
    BhLogSettings *log;
    BhService *service;
    GDBusConnection *client; /* the first of them; of the bus */
    FakePeripheral *peripheral;
    guint last_id; /* of the peripheral's applications and advertisements */
} BhServeScene;

void bh_serve_scene_init(BhServeScene *self);
void bh_serve_scene_clear(BhServeScene *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhServeScene, bh_serve_scene_clear)

/* The attributes of the application of bh_serve_scene_register(), by number; all of service 180d.
 */
enum {
    BH_SERVE_RATE,     /* 2a37: read, notify; "rate" */
    BH_SERVE_NAME,     /* 2901 of it: read; "name" */
    BH_SERVE_CONTROL,  /* 2a39: write, captured */
    BH_SERVE_LOCATION, /* 2a38: read, the owner is asked; "stored" */
    BH_SERVE_PRESSURE, /* 2a35: indicate; "value" */
};

/* Path of an application that is served by adapter 0; options is text. */
char *bh_serve_scene_register(BhServeScene *self, GDBusConnection *client, const char *options);
/* Path of an advertisement that adapter 0 sends. */
char *bh_serve_scene_advertise(BhServeScene *self, GDBusConnection *client, const char *options);

/* A call under way, and how it ended. */
typedef struct {
    gboolean done;
    GVariant *reply; /* owned; NULL if it failed */
    GError *error;   /* owned */
} BhServeCall;

void bh_serve_call_clear(BhServeCall *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhServeCall, bh_serve_call_clear)

/* interface is told by the path. arguments is text of a tuple; call must live until it is done. */
void bh_serve_scene_begin(GDBusConnection *client,
                          const char *path,
                          const char *method,
                          const char *arguments,
                          BhServeCall *call);
/* The reply as text, or "Timeout: message" of an error: waits for the end, and makes the call ready
 * for the next. */
char *bh_serve_call_dup_end(BhServeCall *self);
/* Both at once. */
char *bh_serve_scene_call(GDBusConnection *client,
                          const char *path,
                          const char *method,
                          const char *arguments);

/* Properties as text. */
char *bh_serve_scene_get(GDBusConnection *client, const char *path, const char *property);

/* Signals that client hears from an object, in order: "Name(arguments) Name(arguments)". */
GString *bh_serve_scene_listen(GDBusConnection *client, const char *path);

/* Leaves the bus, with everything that clients own, and comes back. */
void bh_serve_scene_leave(BhServeScene *self);
void bh_serve_scene_come(BhServeScene *self);

/* Time passes. */
void bh_serve_scene_advance(BhServeScene *self, gint64 ms);

G_END_DECLS

/* The call must end so; text may be a prefix. */
#define BH_SERVE_ASSERT(client, path, method, arguments, text)                                     \
    do {                                                                                           \
        g_autofree char *bh_end = bh_serve_scene_call(client, path, method, arguments);            \
        ck_assert_msg(g_str_has_prefix(bh_end, text), "%s: %s", method, bh_end);                   \
    } while (0)
