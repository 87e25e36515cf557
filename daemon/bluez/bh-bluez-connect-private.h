/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An attempt as its two halves see it: bh-bluez-connect.c (what to do next, and its end) and
 * bh-bluez-connect-calls.c (BlueZ's calls, and what their answers mean).
 */
#include "bh-bluez-connect.h"

G_BEGIN_DECLS

typedef struct {
    BhBluezCentral *central; /* borrowed: owns this */
    GList node;              /* in attempts */
    BhBluezLink *link;       /* used by this */
    BhBluezWaiter waiter;
    gint64 since_us;     /* of the try under way */
    guint tries;         /* of which no link came, before that */
    gboolean asked;      /* BlueZ, to connect: what comes of it is ours */
    gboolean answered;   /* that succeeded */
    gboolean connected;  /* there was a link since */
    gboolean finding;    /* by a discovery */
    gboolean by_address; /* ConnectDevice is under way, which cannot be taken back */
    sd_bus_slot *slot;
    guint timer;      /* BlueZ was busy */
    gboolean doubted; /* the services could not be found out: perhaps because the link ends */
    gboolean astray;  /* BlueZ was asked for an object that it says it does not have */
} BhBluezAttempt;

/* bh-bluez-connect.c */

/* The next step, by what is known; the attempt may be gone afterwards. */
void bh_bluez_attempt_advance(BhBluezAttempt *attempt);
/* BlueZ is busy: the next step is taken a little later. */
void bh_bluez_attempt_wait_and_retry(BhBluezAttempt *attempt);
void bh_bluez_attempt_stop_finding(BhBluezAttempt *attempt);
/* The end of it; who may wait is still to be told. */
BhBluezWaiter bh_bluez_attempt_free(BhBluezAttempt *attempt);
/* Takes error. */
void bh_bluez_attempt_fail(BhBluezAttempt *attempt, GError *error);

/* bh-bluez-connect-calls.c */

/* The link has an object. */
void bh_bluez_attempt_connect_known(BhBluezAttempt *attempt);
/* By ConnectDevice of an adapter, its path. */
void bh_bluez_attempt_connect_by_address(BhBluezAttempt *attempt, const char *adapter);
/* The controllers did not find each other's first packets: tries it again a little later. FALSE if
 * that is not what happened, as far as is known, or has been tried often enough. */
gboolean bh_bluez_attempt_try_again(BhBluezAttempt *attempt, const char *said);
/* Why there is no link: the kernel's word, or else what BlueZ said. */
GError *bh_bluez_attempt_new_error(const BhBluezAttempt *attempt, const char *said);

G_END_DECLS
