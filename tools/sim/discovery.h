/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * bluetoothd's discovery of one adapter: a session per client that started one, filters per client,
 * and one radio scan for all. Method calls come in here and are answered here. Starting and
 * stopping the radio takes a moment; meanwhile no other client can start or stop. A session ends
 * with StopDiscovery, when its client leaves the bus, and when the radio is switched off; the
 * filter is kept after StopDiscovery but not after the other two.
 */
#include "discovery-filter.h"
#include "scan.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
    void (*started)(gpointer user_data);     /* the radio scans anew */
    void (*discovering)(gpointer user_data); /* bh_discovery_is_on() changed */
    void (*ended)(gpointer user_data);       /* no session is left: forget what was found */
} BhDiscoveryEvents;

typedef struct _BhDiscovery BhDiscovery;

/** All pointers are borrowed and must outlive it. skip_empty: see bh_kernel_filter_merge(). */
BhDiscovery *bh_discovery_new(BhTimeline *timeline,
                              BhScan *scan,
                              gboolean skip_empty,
                              const BhDiscoveryEvents *events,
                              gpointer user_data);
void bh_discovery_free(BhDiscovery *discovery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhDiscovery, bh_discovery_free)

/* Each answers the call, now or later. */
void bh_discovery_start(BhDiscovery *discovery, GDBusMethodInvocation *invocation);
void bh_discovery_stop(BhDiscovery *discovery, GDBusMethodInvocation *invocation);
void bh_discovery_set_filter(BhDiscovery *discovery,
                             GDBusMethodInvocation *invocation,
                             GVariant *options);

/** Ends everything, as switching the radio off does. */
void bh_discovery_end_all(BhDiscovery *discovery);

/** What the property Discovering says. */
gboolean bh_discovery_is_on(const BhDiscovery *discovery);
/** Whether the running discovery has a filter, which changes what is signalled. */
gboolean bh_discovery_is_filtered(const BhDiscovery *discovery);

/** The filters of the clients that discover, for bh_discovery_filters_*(); NULL elements. */
GPtrArray *bh_discovery_get_filters(const BhDiscovery *discovery);

/** Answers with org.bluez.Error.NAME. */
void bh_bluez_refuse(GDBusMethodInvocation *invocation, const char *name, const char *message);

G_END_DECLS
