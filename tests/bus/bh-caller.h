/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * blehubd as its clients call it: calls that wait for their answer and calls that do not, as this
 * user or another, and what blehubd says of itself.
 */
#include "bh-fixture.h"
#include "bh-sdbus.h"

G_BEGIN_DECLS

#define BH_CALLER_HUB_PATH "/org/blehub"
#define BH_CALLER_HUB "org.blehub.Hub1"
#define BH_CALLER_SCAN "org.blehub.Scan1"
#define BH_CALLER_PROPERTIES "org.freedesktop.DBus.Properties"
#define BH_CALLER_MANAGER "org.freedesktop.DBus.ObjectManager"

/* Waits for the answer. arguments: a tuple (floating is taken) or NULL. */
GVariant *bh_caller_call(GDBusConnection *connection,
                         const char *path,
                         const char *interface,
                         const char *method,
                         GVariant *arguments,
                         GError **error);
/* The same; it must succeed, and nothing but that matters. */
void bh_caller_tell(GDBusConnection *connection,
                    const char *path,
                    const char *interface,
                    const char *method,
                    GVariant *arguments);
/* The same; it must fail with this error, its message beginning so. */
void bh_caller_require_error(GDBusConnection *connection,
                             const char *path,
                             const char *interface,
                             const char *method,
                             GVariant *arguments,
                             const char *name,
                             const char *message);

/* Options from GVariant text, as the only argument of a call; floating. */
GVariant *bh_caller_options(const char *text);
/* The path of a new scan. */
char *bh_caller_scan(GDBusConnection *connection, const char *options);
GVariant *bh_caller_get(GDBusConnection *connection,
                        const char *path,
                        const char *interface,
                        const char *property);
guint64 bh_caller_counter(GDBusConnection *connection, const char *name);

/* Calls that are sent without waiting. */
typedef struct {
    guint sent;
    GPtrArray *came; /* char *, in the order they came: "number error-name", or "number ok" */
} BhAnswers;

void bh_answers_init(BhAnswers *self);
void bh_answers_clear(BhAnswers *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhAnswers, bh_answers_clear)

/* Sends a call; answers must live until it is answered. Numbers count from 0. */
void bh_caller_send(GDBusConnection *connection,
                    const char *path,
                    const char *interface,
                    const char *method,
                    GVariant *arguments,
                    BhAnswers *answers);

/* A client that has sent this call of Hub1, with no options, so many times and does not read what
 * is sent to it, as a process that stands still. Leaves the bus when it is unreferenced. */
sd_bus *bh_caller_new_deaf(BhFixture *f, const char *method, guint n);
/* The same with calls of another object. */
sd_bus *bh_caller_new_deaf_of(BhFixture *f,
                              const char *path,
                              const char *interface,
                              const char *method,
                              guint n);

/* Makes the simulated BlueZ hear so many devices that were never heard before, as fast as it can,
 * and waits until blehubd has heard them. A scan must be there. */
void bh_caller_hear_strangers(BhFixture *f, guint n);
/* The same of the devices that options of Burst of org.blehub.Sim1 describe, as GVariant text. */
void bh_caller_hear_burst(BhFixture *f, guint n, const char *options);

/* Descriptors that blehubd has open. */
guint bh_caller_count_descriptors(BhFixture *f);

/* Resident memory of blehubd, in kB. */
gsize bh_caller_resident_kb(BhFixture *f);

/* Processor time that blehubd has used, in microseconds: a measure of its work that does not depend
 * on what else the machine does. */
gint64 bh_caller_processor_us(BhFixture *f);

/* For what no signal announces. */
#define BH_AWAIT_POLLED(condition)                                                                 \
    do {                                                                                           \
        guint bh_tick = g_timeout_add(5, bh_caller_on_tick, NULL);                                 \
        BH_AWAIT(condition);                                                                       \
        g_source_remove(bh_tick);                                                                  \
    } while (0)

gboolean bh_caller_on_tick(gpointer unused);

G_END_DECLS
