/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What befell links, and why: the kernel knows causes that BlueZ does not pass on. A short memory
 * of them, because who asks for the cause of a lost link does so when it hears of the loss from
 * BlueZ, which comes later.
 */
#include "bh-address.h"

G_BEGIN_DECLS

typedef enum {
    BH_LINK_CONNECTED,
    BH_LINK_DISCONNECTED,
    BH_LINK_CONNECT_FAILED,
} BhLinkHappened;

typedef enum {
    BH_LINK_CAUSE_NONE, /* of a connection made */
    BH_LINK_CAUSE_UNSPECIFIED,
    BH_LINK_CAUSE_TIMEOUT,        /* nothing was heard of the other side any more, or at all */
    BH_LINK_CAUSE_LOCAL,          /* this machine ended it */
    BH_LINK_CAUSE_REMOTE,         /* the other side ended it */
    BH_LINK_CAUSE_AUTHENTICATION, /* keys did not fit */
    BH_LINK_CAUSE_SUSPEND,        /* this machine went to sleep */
    BH_LINK_CAUSE_NO_RESOURCES,   /* the controller has no room for another link */
    BH_LINK_CAUSE_BUSY,           /* the controller does something else at the moment */
    BH_LINK_CAUSE_REFUSED,        /* the other side did not want it */
    BH_LINK_CAUSE_POWER,          /* the radio is off */
    BH_LINK_CAUSE_CANCELLED,      /* whoever asked for it took it back */
} BhLinkCause;

typedef struct {
    BhLinkHappened happened;
    guint8 adapter; /* slot */
    BhAddress address;
    gboolean initiated_here; /* of a connection made: this machine asked for it */
    BhLinkCause cause;
    guint8 code; /* as the kernel said it */
    gint64 monotonic_us;
} BhLinkEvent;

/* "timeout", "remote", ...; "" for BH_LINK_CAUSE_NONE. */
const char *bh_link_cause_to_string(BhLinkCause cause);

/* "connected by the device", "disconnected: timeout (code 1)". */
char *bh_link_event_dup_text(const BhLinkEvent *event);

#define BH_LINK_LOG_SIZE 64

/* The newest BH_LINK_LOG_SIZE events; all zero is an empty one. */
typedef struct {
    BhLinkEvent events[BH_LINK_LOG_SIZE];
    guint n; /* events ever added */
} BhLinkLog;

void bh_link_log_add(BhLinkLog *self, const BhLinkEvent *event);
/* The newest of a device on an adapter that is not older than since_us (monotonic); NULL if none.
 * Borrowed until the next add. */
const BhLinkEvent *
bh_link_log_find(const BhLinkLog *self, guint8 adapter, const BhAddress *address, gint64 since_us);

G_END_DECLS
