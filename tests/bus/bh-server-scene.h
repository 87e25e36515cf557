/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A radio under test in its peripheral role, a simulated BlueZ with one adapter and centrals that
 * do what the test says, and a sink that writes down what it is told. One application, 1, on it:
 *
 * 0 BH_TEMPERATURE read, notify; 1 its descriptor 2901, read; 2 BH_HUMIDITY read, indicate;
 * 3 BH_CONTROL read, write; 4 BH_COMMAND write, write-without-response; 5 BH_BOTH notify, indicate
 */
#include "bh-fixture.h"
#include "bh-peripheral.h"
#include "bh-recorder.h"
#include "test-main.h"

G_BEGIN_DECLS

#define BH_TEMPERATURE "181a/2a6e"
#define BH_DESCRIPTION "181a/2a6e/2901"
#define BH_HUMIDITY "181a/2a6f"
#define BH_CONTROL "1815/2a58"
#define BH_COMMAND "1815/2a59"
#define BH_BOTH "1815/2a5a"

/* Centrals' addresses, and how events name them: "A". */
#define BH_CENTRAL_A "C0:00:00:00:00:0A"
#define BH_CENTRAL_B "C0:00:00:00:00:0B"
#define BH_CENTRAL_C "C0:00:00:00:00:0C"

typedef struct {
    BhFixture bus;
    BhRecorder radio;
    BhPeripheral *peripheral;
    BhApplicationDefinition *definition;
    /* "app+ app-8 adv1+ adv1-10 A+ A=bonded A- withdrawn", separated by spaces: registered, and the
     * code of the error if not; centrals */
    GString *events;
    /* "A read 0+0", "A write 3+0 0a0b", "A asks 3+0": attribute and offset */
    GString *requests;
    GQueue open; /* BhPeripheralRequest: not answered, oldest first */
} BhServerScene;

/* Started, and BlueZ's adapter known. version: of BlueZ; NULL = the oldest. */
void bh_server_scene_init(BhServerScene *self, const char *version);
/* The same with another time limit for a call to BlueZ. */
void bh_server_scene_init_patient(BhServerScene *self, const char *version, guint call_ms);
/* The same, and the application is registered. Events so far are forgotten. */
void bh_server_scene_init_serving(BhServerScene *self, const char *version);
void bh_server_scene_clear(BhServerScene *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhServerScene, bh_server_scene_clear)

/* Registers the application on all adapters. */
void bh_server_scene_serve(BhServerScene *self);
/* Advertises by a name. */
void bh_server_scene_advertise(BhServerScene *self, guint id, const char *name);
/* Restarts BlueZ, and waits until it is back. */
void bh_server_scene_restart_bluez(BhServerScene *self);

/* Waits until the events or requests, forgotten then, are these. */
void bh_server_scene_await(GString *told, const char *wanted, const char *file, int line);
#define BH_AWAIT_EVENTS(scene, wanted)                                                             \
    bh_server_scene_await((scene)->events, wanted, __FILE__, __LINE__)
#define BH_AWAIT_REQUEST(scene, wanted)                                                            \
    bh_server_scene_await((scene)->requests, wanted, __FILE__, __LINE__)

/* What was asked first and is not answered. */
BhPeripheralRequest *bh_server_scene_take_open(BhServerScene *self);

/* Centrals, on the one adapter */

void bh_server_scene_connect(BhServerScene *self, const char *central, gboolean bonded);
/* It bonds, and its identity is a public address. */
void bh_server_scene_bond(BhServerScene *self, const char *central, const char *identity);
void bh_server_scene_disconnect(BhServerScene *self, const char *central);
void bh_server_scene_configure(BhServerScene *self,
                               const char *central,
                               const char *attribute,
                               guint16 configuration);
/* Confirms the oldest indication that it did not. */
void bh_server_scene_confirm(BhServerScene *self, const char *central);
/* Hex of each that it was told since the last call ("-": empty), separated by spaces. */
char *bh_server_scene_dup_told(BhServerScene *self, const char *central, const char *attribute);
BhLinkKey bh_server_scene_key(const char *central);

/* A call of a central: "ok", the value in hex, or the name of the error. */
typedef struct {
    char *end; /* NULL = under way */
} BhCentralCall;

void bh_central_call_clear(BhCentralCall *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhCentralCall, bh_central_call_clear)

void bh_server_scene_read(BhServerScene *self,
                          const char *central,
                          const char *attribute,
                          guint16 offset,
                          BhCentralCall *call);
/* options: of CentralWrite, floating; NULL = none. */
void bh_server_scene_write(BhServerScene *self,
                           const char *central,
                           const char *attribute,
                           const char *hex,
                           GVariant *options,
                           BhCentralCall *call);

/* A call of the test itself to the temperature's object of whoever has this name on the bus. */
void bh_server_scene_call_object(BhServerScene *self,
                                 const char *name,
                                 const char *method,
                                 BhCentralCall *call);

G_END_DECLS

#define BH_ASSERT_CALL(call, wanted)                                                               \
    do {                                                                                           \
        BH_AWAIT((call)->end != NULL);                                                             \
        ck_assert_str_eq((call)->end, wanted);                                                     \
        bh_central_call_clear(call);                                                               \
    } while (0)

/* "A C; certain": who is subscribed as far as known, and how many if more. */
#define BH_ASSERT_SUBSCRIBERS(scene, attribute, wanted)                                            \
    do {                                                                                           \
        g_autofree char *bh_list = bh_server_scene_dup_subscribers(scene, attribute);              \
        ck_assert_str_eq(bh_list, wanted);                                                         \
    } while (0)
#define BH_AWAIT_SUBSCRIBERS(scene, attribute, wanted)                                             \
    do {                                                                                           \
        g_autofree char *bh_last = NULL;                                                           \
        BH_AWAIT(                                                                                  \
            (g_free(bh_last),                                                                      \
             g_str_equal(bh_last = bh_server_scene_dup_subscribers(scene, attribute), wanted)));   \
    } while (0)
char *bh_server_scene_dup_subscribers(BhServerScene *self, guint attribute);
