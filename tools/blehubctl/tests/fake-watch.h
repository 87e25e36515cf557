/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Watches of the fake hub: one at a time, whose states and statistics are what a test says, and
 * which tells what the test has it tell once the program has asked for the states.
 */
#include "fake-hub.h"

G_BEGIN_DECLS

typedef struct FakeWatch FakeWatch;

typedef void (*FakeWatchFunc)(FakeWatch *self);

struct FakeWatch {
    FakeHub *hub;                /* borrowed */
    const char *states;          /* aa{sv} as text, of the next watch */
    const char *statistics;      /* the same */
    FakeWatchFunc when_begun[3]; /* called in turn, each when a watch was asked for its states */
    guint begun;
    guint made; /* watches; the newest is /org/blehub/watch/MADE */
    guint released;
    guint statistics_asked;
    guint registration;
    guint idle;
    char *client; /* unique name of who made the newest watch */
};

FakeWatch *fake_watch_new(FakeHub *hub);
void fake_watch_free(FakeWatch *self);

/** The newest watch emits a signal; rows: aa{sv} as text. */
void fake_watch_emit(FakeWatch *self, const char *signal, const char *rows);
/** Returns when the program's connection has everything that was sent to it, also if the program
 * itself stands still. */
void fake_watch_reach_client(FakeWatch *self);
/** blehubd leaves the bus, and is there again, without the watch. */
void fake_watch_restart_hub(FakeWatch *self);
/** Ends the program as a user would. */
void fake_watch_interrupt(FakeWatch *self);

G_END_DECLS
