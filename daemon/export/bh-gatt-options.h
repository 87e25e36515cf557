/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Arguments of the operations of a device: which attribute is meant, with which bytes, and how.
 */
#include "bh-common-options.h"
#include "bh-remote.h"

#define BH_GATT_HEX_MAX 65536 /* of text: how long the value is, is told of what it says */

G_BEGIN_DECLS

typedef enum {
    BH_GATT_OPTIONS_FIND,
    BH_GATT_OPTIONS_READ,
    BH_GATT_OPTIONS_WRITE,
    BH_GATT_OPTIONS_READ_DESCRIPTOR,
    BH_GATT_OPTIONS_WRITE_DESCRIPTOR,
    BH_GATT_OPTIONS_SUBSCRIBE,
    /* Steps of a transaction, where the attribute and the value are options, too */
    BH_GATT_OPTIONS_STEP_NAME, /* an attribute, and no more */
    BH_GATT_OPTIONS_STEP_READ,
    BH_GATT_OPTIONS_STEP_WRITE,
    BH_GATT_OPTIONS_STEP_SUBSCRIBE,
    BH_GATT_OPTIONS_STEP_BARE, /* nothing */
    BH_N_GATT_OPTIONS
} BhGattOptionsFor;

typedef struct {
    char *service; /* of a step */
    char *characteristic;
    char *descriptor;
    GBytes *value;

    gint64 timeout_ms;
    gint64 instance;
    gint64 offset;
    char *hex;
    gboolean has_response;
    gboolean response;
    gint64 queue;
    gboolean signals;
    BhLifetimeOptions life;
} BhGattOptions;

/* Errors: InvalidArguments with the key first. */
gboolean bh_gatt_options_parse(GVariant *dict,
                               BhGattOptionsFor what,
                               const BhExportDefaults *defaults,
                               BhGattOptions *options,
                               GError **error);
void bh_gatt_options_clear(BhGattOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhGattOptions, bh_gatt_options_clear)

BhResponse bh_gatt_options_get_response(const BhGattOptions *options);

/* The attribute: UUIDs short or long; service may be empty, descriptor NULL. Error:
 * InvalidArguments "Service: ...", "Characteristic: ...", "Descriptor: ...". */
gboolean bh_gatt_name_parse(const char *service,
                            const char *characteristic,
                            const char *descriptor,
                            gint64 instance,
                            BhGattName *name,
                            GError **error);

/* The value to write: value (ay), or option Hex if it was given, which wants value to be empty.
 * Error: InvalidArguments "Value: ..." or "Hex: ...". */
GBytes *bh_gatt_value_take(GVariant *value, const char *hex, GError **error);
/* The same where the value is an option, too, and NULL if it was not given; one of them must be. */
GBytes *bh_gatt_value_choose(GBytes *value, const char *hex, GError **error);

/* For Subscription1.Options: a{sv}, floating. */
GVariant *bh_gatt_options_of_subscription(const BhGattOptions *options);

/* Options that say no more than how long to wait. */
gboolean bh_timeout_options_parse(GVariant *dict,
                                  gint64 default_ms,
                                  gint64 min_ms,
                                  gint64 *timeout_ms,
                                  GError **error);

/* Of Services() and Explore(). */
typedef struct {
    gboolean values;
    gint64 timeout_ms;
    gboolean hex_keys;
} BhServicesOptions;

gboolean bh_services_options_parse(GVariant *dict,
                                   gboolean default_values,
                                   gint64 default_ms,
                                   BhServicesOptions *options,
                                   GError **error);

/* Of Pair(). */
typedef struct {
    gint64 timeout_ms;
    gint capability; /* BhIoCapability */
    gboolean has_passkey;
    gint64 passkey;
    gboolean has_confirm;
    gboolean confirm;
} BhPairOptions;

gboolean
bh_pair_options_parse(GVariant *dict, gint64 default_ms, BhPairOptions *options, GError **error);
/* Of AnswerPairing(). */
gboolean bh_answer_options_parse(GVariant *dict, BhPairingAnswer *answer, GError **error);

/* Of Subscription1.Wait(). */
typedef struct {
    gint64 timeout_ms;
    gboolean hex;
} BhValueOptions;

gboolean bh_value_options_parse(GVariant *dict, BhValueOptions *options, GError **error);

G_END_DECLS
