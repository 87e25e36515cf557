/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The configuration of blehubd: one plain struct, filled with defaults and then by keyfiles. A
 * mistake anywhere refuses the whole load, so that a running configuration is replaced entirely or
 * not at all.
 */
#include "bh-alias.h"
#include "bh-options.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    /* [limits] */
    gint64 max_scans;          /* scans of one user */
    gint64 max_waits;          /* calls of one user that wait */
    gint64 max_streams;        /* streams of one user */
    gint64 max_stream_bytes;   /* what may wait for all streams of one user */
    gint64 max_holds;          /* holds of one user on remote devices */
    gint64 max_subscriptions;  /* of one user */
    gint64 max_operations;     /* of one user on attributes of remote devices */
    gint64 max_applications;   /* of one user */
    gint64 max_advertisements; /* of one user */
    gint64 max_watches;        /* of one user */
    gint64 max_identities;     /* of one watch */
    gint64 max_links;          /* of one adapter */
    gint64 max_clients;        /* connections served at once, all users */
    gint64 max_devices;        /* rows of the device table, all users */
    /* [recovery] */
    gint64 silent_ms;          /* silence of a running scan that is noticed */
    gint64 power_cycle_min_ms; /* first back-off between power-cycles; never above the next */
    gint64 power_cycle_max_ms;
    gboolean power_cycle; /* whether the ladder may switch an adapter off and on at all */
    /* [adapters] */
    char **use; /* addresses and hciN names; NULL = every adapter */
    /* [scan] */
    gint64 discover_ms; /* Discover() without DurationMs */
    gint64 lease_ms;    /* Lifetime="lease" without LeaseMs */
    gint64 refresh_ms;  /* how often a discovery is restarted to hear everything anew */
    /* [connect]: options of Connect() and ConnectMany() that are not given */
    gint64 connect_ms;
    gint64 connect_many_ms;
    gint64 backoff_initial_ms; /* never above the next */
    gint64 backoff_max_ms;
    gint64 stable_ms;
    gboolean reconnect_scan;
    gint64 linger_ms;
    /* [operations]: options of what is done with a device that are not given */
    gint64 operation_ms; /* TimeoutMs of one operation */
    gint64 services_ms;  /* of Services() and Explore() */
    gint64 transact_ms;  /* of Transact() */
    gint64 pair_ms;      /* of Pair() */
    gint64 queue;        /* Queue of Subscribe() */
    /* [watch]: options of Watch() that are not given */
    double alpha;
    gint64 sample_period_ms;
    gint64 median_window;
    gint64 rssi; /* -127 = none */
    gint64 immediate_dbm;
    gint64 near_dbm; /* always below the one before */
    double hysteresis_db;
    gint64 min_samples;
    gint64 dwell_ms;
    gint64 lost_ms;
    gint64 lost_intervals;
    double exponent;
    double switch_db;
    /* [device NAME] */
    GPtrArray *devices; /* BhAlias, owned; in the order of the files */
} BhConfig;

/** Every key at its default. */
BhConfig *bh_config_new(void);
void bh_config_free(BhConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhConfig, bh_config_free)

/** Reads path alone, which must exist; or, if it is NULL, bh_config_load_directory() of the
 * installed configuration directory. Errors: NotFound (path is not there), Failed (cannot be read),
 *  InvalidArguments "file:line: [group] key: reason". */
BhConfig *bh_config_load(const char *path, GError **error);

/** Reads blehub.conf and then conf.d/<any>.conf in the order of their names, each overriding those
 * before it. What is not there adds nothing. Errors as above. */
BhConfig *bh_config_load_directory(const char *directory, GError **error);

/** Whether the configuration lets blehubd use an adapter, known by its address and by its name of
 * the moment ("hci0"). */
gboolean bh_config_uses_adapter(const BhConfig *self, const char *address, const char *name);

/** One key of the configuration: where it stands, and its default as the file would say it. */
typedef struct {
    const char *group;
    const char *default_text;
    BhOptionSpec spec;
} BhConfigKey;

/** All keys there are; static storage. For documentation tests. */
const BhConfigKey *bh_config_peek_keys(gsize *n);

G_END_DECLS
