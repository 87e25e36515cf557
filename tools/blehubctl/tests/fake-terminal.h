/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Runs of blehubctl at a terminal: what it writes to standard output goes to a pseudo terminal, and
 * the test has the bytes that came out at the other end.
 */
#include "fake-run.h"

G_BEGIN_DECLS

typedef struct {
    guint columns;
    guint lines;
    const char *kind;   /* TERM */
    const char *locale; /* LC_ALL */
} FakeTerminal;

/** Runs blehubctl --bus=<the bus> with arguments (NULL ends them) until it ends; run->out has its
 * lines ended as the terminal gets them, "\r\n". */
void fake_terminal_run(const FakeTerminal *self,
                       FakeHub *hub,
                       FakeRun *run,
                       const char *argument,
                       ...) G_GNUC_NULL_TERMINATED;

/** The last of the pictures that were drawn over each other, without control sequences. */
char *fake_terminal_dup_picture(const char *output);

G_END_DECLS
