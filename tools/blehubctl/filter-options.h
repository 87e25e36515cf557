/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The command-line options that say which devices are meant, the same for every verb that lists
 * devices, and how they become the filter options of Hub1. Values go to blehubd as they are where
 * it checks them anyway; only what has no D-Bus type yet is read here.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
    char **uuids;
    char *name;
    char *address;
    char *rssi;
    char **manufacturers; /* hexadecimal, "004c" or "0x4c" */
    char **beacons;       /* of each, names with commas between them */
    char *adapter;
} BhFilterOptions;

/** Adds the options to a verb's context; self must outlive the parsing. */
void bh_filter_options_add(BhFilterOptions *self, GOptionContext *context);

/** Fills in the filter part of an options dictionary. Error: G_OPTION_ERROR. */
gboolean bh_filter_options_fill(const BhFilterOptions *self, GVariantDict *dict, GError **error);

void bh_filter_options_clear(BhFilterOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhFilterOptions, bh_filter_options_clear)

/** Seconds as written on the command line, in milliseconds. NULL text gives fallback_ms. Error:
 * G_OPTION_ERROR. */
gboolean bh_option_read_seconds(const char *option,
                                const char *text,
                                gint64 fallback_ms,
                                gint64 *ms,
                                GError **error);

/** A whole number of a range; NULL text leaves value. Error: G_OPTION_ERROR. */
gboolean bh_option_read_integer(const char *option,
                                const char *text,
                                gint64 min,
                                gint64 max,
                                gint64 *value,
                                GError **error);

/** The same of any number. */
gboolean bh_option_read_number(const char *option,
                               const char *text,
                               double min,
                               double max,
                               double *value,
                               GError **error);

G_END_DECLS
