/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The calls that wait for a link to come or go. What has changed is signalled before an answer. */
#include "props.h"

G_BEGIN_DECLS

typedef struct {
    BhProps *props;                 /* of the device; borrowed: outlives the object */
    const char *path;               /* of the device; borrowed: outlives the object */
    GDBusMethodInvocation *connect; /* Connect or ConnectDevice; NULL = none */
    gboolean by_address;            /* the latter */
    GPtrArray *disconnects;         /* GDBusMethodInvocation */
} BhLinkCalls;

void bh_link_calls_init(BhLinkCalls *calls, BhProps *props, const char *path);
/** Whoever waits gets no answer. */
void bh_link_calls_clear(BhLinkCalls *calls);

/** error NULL = success. Nothing if nobody waits. */
void bh_link_calls_answer_connect(BhLinkCalls *calls, const char *error);
void bh_link_calls_answer_disconnects(BhLinkCalls *calls);

G_END_DECLS
