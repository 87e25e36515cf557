/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Arguments of the peripheral role: what RegisterApplication() is told, which attribute a method of
 * an application means, and which central.
 */
#include "bh-application.h"
#include "bh-common-options.h"

G_BEGIN_DECLS

/* Defaults of TimeoutMs */
#define BH_APPLICATION_INDICATE_MS 1000
#define BH_RADIO_SWITCH_MS 5000

/* Of RegisterApplication(). */
typedef struct {
    char *definition; /* text; NULL = the services are an argument */
    char *adapter;
    gint64 queue;
    gboolean has_on_restart;
    gint on_restart; /* BhOnRestart */
    gint64 read_ms;
    gboolean signals;
    BhLifetimeOptions life;
} BhApplicationOptions;

/* Errors, of all functions here: InvalidArguments with the key first. */
gboolean bh_application_options_parse(GVariant *dict,
                                      gint64 default_lease_ms,
                                      BhApplicationOptions *options,
                                      GError **error);
void bh_application_options_clear(BhApplicationOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhApplicationOptions, bh_application_options_clear)

/* From services (aa{sv}), or the text if that was given, which wants services to be empty. */
BhApplicationDefinition *bh_application_options_make_definition(const BhApplicationOptions *options,
                                                                GVariant *services,
                                                                GError **error);
/* What is in force, for Application1.Options: a{sv}, floating. */
GVariant *bh_application_options_to_variant(const BhApplicationOptions *options);

/* Of Advertise(): those that are not about what is advertised. */
typedef struct {
    char *adapter;
    BhLifetimeOptions life;
} BhAdvertiseOptions;

/* What is left of dict when they are taken out is for bh_advert_spec_parse(): rest, a{sv}, newly
 * made. */
gboolean bh_advertise_options_parse(GVariant *dict,
                                    gint64 default_lease_ms,
                                    BhAdvertiseOptions *options,
                                    GVariant **rest,
                                    GError **error);
void bh_advertise_options_clear(BhAdvertiseOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhAdvertiseOptions, bh_advertise_options_clear)

/* All of them together again, for Advertisement1.Options: a{sv}, floating. */
GVariant *bh_advertise_options_to_variant(const BhAdvertiseOptions *options, GVariant *rest);

/* Of RadioOff(). */
typedef struct {
    gboolean force;
    gint64 timeout_ms;
} BhRadioOptions;

gboolean bh_radio_off_options_parse(GVariant *dict, BhRadioOptions *options, GError **error);

/* Of methods that are about one attribute. */
typedef enum {
    BH_ATTRIBUTE_OPTIONS_SET,
    BH_ATTRIBUTE_OPTIONS_GET,
    BH_ATTRIBUTE_OPTIONS_NOTIFY,
    BH_ATTRIBUTE_OPTIONS_INDICATE,
    BH_ATTRIBUTE_OPTIONS_SUBSCRIBERS,
    BH_N_ATTRIBUTE_OPTIONS
} BhAttributeOptionsFor;

typedef struct {
    gint64 instance;
    char *descriptor;
    GBytes *value; /* instead of the stored one; NULL = that */
    char *hex;
    gboolean update;
    char *device;
    gboolean has_type;
    gint type; /* BhAddressType */
    gboolean allow_broadcast;
    gint64 timeout_ms;
} BhAttributeOptions;

/* Also reads the name of the attribute: UUIDs short or long; service may be empty. */
gboolean bh_attribute_options_parse(GVariant *dict,
                                    BhAttributeOptionsFor what,
                                    const char *service,
                                    const char *characteristic,
                                    BhAttributeOptions *options,
                                    BhGattName *name,
                                    GError **error);
void bh_attribute_options_clear(BhAttributeOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhAttributeOptions, bh_attribute_options_clear)

/* The value that was given, or NULL for the stored one. FALSE on error. */
gboolean
bh_attribute_options_dup_value(const BhAttributeOptions *options, GBytes **value, GError **error);

/* Of CompleteRead(). */
typedef struct {
    char *hex;
    gint64 status; /* ATT error; 0 = none: there is a value */
} BhReadAnswerOptions;

gboolean bh_read_answer_options_parse(GVariant *dict, BhReadAnswerOptions *options, GError **error);
void bh_read_answer_options_clear(BhReadAnswerOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhReadAnswerOptions, bh_read_answer_options_clear)

/* Of DisconnectCentral(). */
typedef struct {
    gboolean has_type;
    gint type; /* BhAddressType */
} BhCentralOptions;

gboolean bh_central_options_parse(GVariant *dict, BhCentralOptions *options, GError **error);

G_END_DECLS
