/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Options of Connect(), for one device and for many, and the connection parameters among them.
 */
#include "bh-common-options.h"
#include "bh-hold.h"

G_BEGIN_DECLS

/* MinIntervalUs u, MaxIntervalUs u, Latency q, SupervisionMs u. */
typedef struct {
    gint64 min_interval_us;
    gint64 max_interval_us;
    gboolean has_latency;
    gint64 latency;
    gint64 supervision_ms;
} BhParameterOptions;

typedef struct {
    gboolean has_type;
    gint type; /* BhAddressType */
    char *adapter;
    gboolean has_timeout;
    gint64 timeout_ms;
    gboolean reconnect;
    gint64 backoff_initial_ms;
    gboolean has_backoff_max;
    gint64 backoff_max_ms;
    gint64 stable_ms;
    gboolean reconnect_scan;
    gint64 linger_ms;
    BhParameterOptions parameters;
    BhLifetimeOptions life;
} BhLinkOptions;

/* defaults and life are what holds if dict does not say it. Errors: InvalidArguments with the
 * key first. */
gboolean bh_link_options_parse(GVariant *dict,
                               const BhHoldSpec *defaults,
                               const BhLifetimeOptions *life,
                               BhLinkOptions *options,
                               GError **error);
void bh_link_options_clear(BhLinkOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhLinkOptions, bh_link_options_clear)

/* The type of an address that nobody said is that of the device as it is known, else public.
 * Errors: InvalidArguments "Address: ...", "Adapter: ...". */
gboolean bh_link_options_to_spec(const BhLinkOptions *options,
                                 const char *address,
                                 BhHub *hub,
                                 BhHoldSpec *spec,
                                 GError **error);

/* What is in force, defaults included, for Hold1.Options: a{sv}, floating. */
GVariant *bh_link_options_to_variant(const BhLinkOptions *options);

/* Options of SetConnectionParameters(). Errors as above. */
gboolean bh_parameter_options_parse(GVariant *dict, BhLinkParameters *parameters, GError **error);

/* Options of ConnectMany() for all devices together. */
typedef struct {
    gint64 timeout_ms;
    BhLifetimeOptions life;
} BhManyOptions;

gboolean bh_many_options_parse(GVariant *dict,
                               const BhExportDefaults *defaults,
                               BhManyOptions *options,
                               GError **error);

/* The address that a call means, with the type it says or the one the device was heard with; dict
 * may have AddressType and Adapter. For methods about a device that need not be there. */
typedef struct {
    BhAddress address;
    gboolean has_type; /* it was said */
    gboolean has_adapter;
    BhAddress adapter;
} BhBondOptions;

gboolean bh_bond_options_parse(GVariant *dict,
                               const char *address,
                               BhHub *hub,
                               BhBondOptions *options,
                               GError **error);

G_END_DECLS
