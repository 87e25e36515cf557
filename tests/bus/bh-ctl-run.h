/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Runs of blehubctl on the bus of a fixture: to their end, line by line, or at a terminal.
 */
#include "bh-fixture.h"

G_BEGIN_DECLS

typedef struct {
    char *out;
    char *err;
    int code;
} BhCtlRun;

void bh_ctl_run_clear(BhCtlRun *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhCtlRun, bh_ctl_run_clear)

GSubprocess *bh_ctl_start(BhFixture *f, const char *const *words);
/* Runs blehubctl with words until it ends. */
void bh_ctl_run(BhFixture *f, BhCtlRun *self, const char *input, const char *const *words);
void bh_ctl_assert_run(const BhCtlRun *self, int code, const char *out, const char *err);
/* The next line that it prints must be this. */
void bh_ctl_assert_line(GSubprocess *process, const char *expected);

/* A terminal of 80 columns that shows UTF-8. */
typedef struct {
    int fd;
    GString *shown; /* all that was, with its control sequences */
} BhCtlTerminal;

void bh_ctl_terminal_clear(BhCtlTerminal *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhCtlTerminal, bh_ctl_terminal_clear)

/* The same with its standard output at a terminal, which is made. */
GSubprocess *
bh_ctl_start_at_terminal(BhFixture *f, BhCtlTerminal *terminal, const char *const *words);
/* Waits until this was shown. */
void bh_ctl_await_shown(BhCtlTerminal *self, const char *text);

G_END_DECLS

#define BH_CTL_RUN(f, self, ...) bh_ctl_run(f, self, NULL, (const char *const[]){__VA_ARGS__, NULL})
