/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A private bus for one test, and on it the processes under test or their surroundings: blehub-sim
 * (a BlueZ), blehubd. All are children of the test that die with it, and all must end with exit
 * code 0 when the fixture is cleared. Use it inside a test only: libcheck forks first, and only
 * then may threads be started.
 *
 * The bus could activate org.bluez; whoever makes it do so leaves a file, see
 * bh_fixture_bluez_was_activated().
 */
#include <check.h>
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
    char *directory; /* for this test's files; removed at the end */
    char *address;   /* of the bus */
    GSubprocess *bus;
    GSubprocess *sim;            /* NULL until started */
    GSubprocess *hub;            /* NULL until started */
    GDBusConnection *connection; /* the test's own */
    int mgmt_fd; /* for the next blehubd, which takes it; 0 = none, see bh-kernel.h */
} BhFixture;

/* Starts the bus and connects. */
void bh_fixture_init(BhFixture *self);
/* Stops everything in reverse order. Does nothing if not initialised. */
void bh_fixture_clear(BhFixture *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhFixture, bh_fixture_clear)

/* Starts blehub-sim and waits until it is ready. scenario: keyfile text, NULL = nothing there. */
void bh_fixture_start_sim(BhFixture *self, const char *scenario);
/* The same as another version of BlueZ, see blehub-sim(1). */
void bh_fixture_start_sim_version(BhFixture *self, const char *version, const char *scenario);
/* Calls org.blehub.Sim1; the call must succeed. arguments: a tuple (floating is taken) or NULL. */
GVariant *bh_fixture_call_sim(BhFixture *self, const char *method, GVariant *arguments);
/* The same if nothing but success matters. */
void bh_fixture_tell_sim(BhFixture *self, const char *method, GVariant *arguments);
/* How often BlueZ was called this method since the start or ClearCalls. */
guint bh_fixture_count_sim_calls(BhFixture *self, const char *method);

/* Starts blehubd with these arguments (NULL-terminated) besides --bus=, and waits until org.blehub
 * is there. */
void bh_fixture_start_hub(BhFixture *self, ...) G_GNUC_NULL_TERMINATED;
/* The same for one that is to end by itself; returns its exit code. */
int bh_fixture_run_hub(BhFixture *self, ...) G_GNUC_NULL_TERMINATED;
/* Another connection, as of another client; close and unref it with bh_fixture_disconnect(). */
GDBusConnection *bh_fixture_connect(BhFixture *self);
/* The same as of another user. Takes root. */
GDBusConnection *bh_fixture_connect_as(BhFixture *self, guint32 uid);
void bh_fixture_disconnect(GDBusConnection **connection);

/* SIGTERM, and the exit code must be 0. */
void bh_fixture_stop_process(GSubprocess **process);
/* SIGKILL. */
void bh_fixture_kill_process(GSubprocess **process);

/* SIGSTOP, and waits until it stands still; SIGCONT. */
void bh_fixture_freeze_process(GSubprocess *process);
void bh_fixture_thaw_process(GSubprocess *process);

/* Writes a file into the directory; returns its path, to be freed. */
char *bh_fixture_write_file(BhFixture *self, const char *name, const char *text);

gboolean bh_fixture_bluez_was_activated(BhFixture *self);
/* The match rules a connection has on the bus. */
GStrv bh_fixture_dup_match_rules(BhFixture *self, const char *unique_name);

/* Runs the main loop until condition holds; the test fails if that takes longer than 10 s. */
#define BH_AWAIT(condition)                                                                        \
    do {                                                                                           \
        gint64 bh_deadline_us = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;                      \
        while (!(condition))                                                                       \
            bh_fixture_turn(bh_deadline_us, #condition, __FILE__, __LINE__);                       \
    } while (0)

/* For what no signal tells: asks again until it is so; the test fails after 10 s. */
#define BH_POLL(condition)                                                                         \
    do {                                                                                           \
        gint64 bh_deadline_us = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;                      \
        while (!(condition))                                                                       \
            bh_fixture_turn_soon(bh_deadline_us, #condition, __FILE__, __LINE__);                  \
    } while (0)

/* One turn of the main loop; fails the test when the deadline is over. */
void bh_fixture_turn(gint64 deadline_us, const char *what, const char *file, int line);

/* The same, but a turn of some milliseconds at most: for conditions that nothing tells. */
void bh_fixture_turn_soon(gint64 deadline_us, const char *what, const char *file, int line);

/* Runs the main loop until nothing is left to do. */
void bh_fixture_settle(void);

G_END_DECLS
