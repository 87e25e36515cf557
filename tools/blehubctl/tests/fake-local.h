/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The peripheral role of the fake hub: one application and one advertisement, whose methods answer
 * what a test says, and the radio switch. Every call is written down, a line each.
 */
#include "fake-hub.h"

G_BEGIN_DECLS

#define FAKE_APPLICATION_PATH "/org/blehub/application/1"
#define FAKE_ADVERTISEMENT_PATH "/org/blehub/advertisement/1"

typedef struct FakeLocal FakeLocal;

typedef void (*FakeLocalFunc)(FakeLocal *self);

struct FakeLocal {
    FakeHub *hub; /* borrowed */
    GString *calls;
    GPtrArray *written;      /* replies to WaitWritten, one each; then it waits for ever */
    GPtrArray *connected;    /* the same of WaitConnected */
    const char *state;       /* of both objects */
    const char *idle_in;     /* the method in which the program waits when all is told */
    FakeLocalFunc when_idle; /* called once, then; NULL: it is interrupted */
    guint idle_watch;
    GDBusMethodInvocation *held; /* the call that waits; NULL = none */
    guint objects[2];            /* registrations */
};

FakeLocal *fake_local_new(FakeHub *hub);
void fake_local_free(FakeLocal *self);

/** reply: a tuple as text. */
void fake_local_add_written(FakeLocal *self, const char *reply);
void fake_local_add_connected(FakeLocal *self, const char *reply);

/** The call that waits ends as if the radio had been switched off. */
void fake_local_lose_radio(FakeLocal *self);
/** Ends the program as a user would. */
void fake_local_interrupt(FakeLocal *self);
/** A signal of Application1; arguments: a tuple, floating is taken. */
void fake_local_emit(FakeLocal *self, const char *signal, GVariant *arguments);
/** Both objects have another state, and tell of it. */
void fake_local_change_state(FakeLocal *self, const char *state);

G_END_DECLS
