/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * blehubctl as a process beside the fake hub, and how it ended.
 */
#include "fake-hub.h"

G_BEGIN_DECLS

typedef struct {
    char *out;
    char *err;
    int code; /* exit code, or -signal */
} FakeRun;

void fake_run_clear(FakeRun *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FakeRun, fake_run_clear)

/** Runs blehubctl --bus=<the bus> with arguments (NULL ends them) until it ends. */
void fake_hub_run(FakeHub *hub, FakeRun *run, const char *argument, ...) G_GNUC_NULL_TERMINATED;

/** It ended and wrote exactly so. */
void fake_run_assert(const FakeRun *self, int code, const char *out, const char *err);

/* For other ways to run it */

/** What fake_hub_run() runs, NULL at its end. */
GPtrArray *fake_run_command_line(FakeHub *hub, const char *argument, va_list arguments);
/** Sets the code of a process that has ended. */
void fake_run_take_end(FakeRun *self, GSubprocess *process);

G_END_DECLS
