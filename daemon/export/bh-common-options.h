/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Options that several methods take: how long what they make lives, and which adapter they mean.
 */
#include "bh-hold.h"
#include "bh-hub.h"
#include "bh-options.h"

G_BEGIN_DECLS

#define BH_DAY_MS G_GINT64_CONSTANT(86400000)
#define BH_WAIT_DEFAULT_MS 20000 /* the usual D-Bus callers give up at 25 s */

/* Of Watch(). */
typedef struct {
    double alpha;
    gint64 sample_period_ms;
    gint64 median_window;
    gint64 rssi; /* BH_WATCH_NO_FLOOR = none */
    gint64 immediate_dbm;
    gint64 near_dbm;
    double hysteresis_db;
    gint64 min_samples;
    gint64 dwell_ms;
    gint64 lost_ms;
    gint64 lost_intervals;
    double exponent;
    double switch_db;
    GPtrArray *aliases; /* BhAlias; borrowed: outlives us */
} BhWatchDefaults;

#define BH_WATCH_NO_FLOOR (-127) /* nothing is weaker */

/* Defaults that the configuration may change. */
typedef struct {
    gint64 lease_ms;
    gint64 discover_ms;
    BhHoldSpec link; /* of Connect(); who and by which adapter are of the call */
    gint64 connect_many_ms;
    gint64 operation_ms; /* TimeoutMs of one operation */
    gint64 services_ms;  /* of Services() and Explore() */
    gint64 transact_ms;
    gint64 pair_ms;
    gint64 queue; /* of subscriptions */
    BhWatchDefaults watch;
} BhExportDefaults;

extern const char *const bh_address_type_choices[]; /* by BhAddressType */

/* For rows of BhOptionSpec: where a member of a struct is, with and without one that tells whether
 * the key was given. */
#define BH_OPTION_AT(Type, member) G_STRUCT_OFFSET(Type, member), BH_OPTION_NO_PRESENT
#define BH_OPTION_AT_WITH(Type, member, present)                                                   \
    G_STRUCT_OFFSET(Type, member), G_STRUCT_OFFSET(Type, present)

/* Lifetime s, LeaseMs u. */
typedef struct {
    gint lifetime; /* BhLifetime */
    gint64 lease_ms;
} BhLifetimeOptions;

extern const char *const bh_lifetime_choices[];

/* Two rows; member is a BhLifetimeOptions. */
#define BH_LIFETIME_OPTION_ROWS(Type, member)                                                      \
    {"Lifetime",                                                                                   \
     BH_OPTION_CHOICE,                                                                             \
     BH_OPTION_AT(Type, member.lifetime),                                                          \
     0,                                                                                            \
     0,                                                                                            \
     bh_lifetime_choices},                                                                         \
    {                                                                                              \
        "LeaseMs", BH_OPTION_INT, BH_OPTION_AT(Type, member.lease_ms), 1000, BH_DAY_MS             \
    }

void bh_lifetime_options_add_to(const BhLifetimeOptions *options, GVariantDict *dict);

/* The address of the adapter that an option Adapter names: "AA:..", there or not, or "hciN" as it
 * is named now. Error: InvalidArguments "Adapter: ...". */
gboolean
bh_adapter_option_resolve(const char *name, BhHub *hub, BhAddress *address, GError **error);

G_END_DECLS
