/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What connect can say about a link besides the options that all verbs have: how patiently it is
 * kept, and its connection parameters. */
#include "peer.h"

G_BEGIN_DECLS

typedef struct {
    BhPeerOptions peer;
    char *duration;
    char *lease;
    gboolean reconnect;
    gboolean blind;
    char *backoff;
    char *backoff_max;
    char *stable;
    char *min_interval;
    char *max_interval;
    char *latency;
    char *supervision;
} BhConnectOptions;

void bh_connect_options_add(BhConnectOptions *self, GOptionContext *context);

/** Fills in options of Hub1.Connect. Error: G_OPTION_ERROR. */
gboolean bh_connect_options_fill(const BhConnectOptions *self,
                                 GVariantDict *dict,
                                 gint64 *duration_ms,
                                 GError **error);

void bh_connect_options_clear(BhConnectOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhConnectOptions, bh_connect_options_clear)

G_END_DECLS
