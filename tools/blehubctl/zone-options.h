/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The command-line options that say how readings become a zone, and what is watched, and how they
 * become the options of Hub1.Watch. What was not given is not sent, so that the configuration's
 * defaults hold.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

#define BH_ZONE_OPTIONS_MAX 20

typedef struct {
    char *texts[BH_ZONE_OPTIONS_MAX]; /* as the table in the .c file has them */
    char **beacons;
    char **keys;
    gboolean active;
    gboolean passive;
} BhZoneOptions;

/** Adds the options of how; with what also those of what is watched, by whom and for how long. self
 * must outlive the parsing. */
void bh_zone_options_add(BhZoneOptions *self, GOptionContext *context, gboolean what);

/** Fills in options of Hub1.Watch. Error: G_OPTION_ERROR. */
gboolean bh_zone_options_fill(const BhZoneOptions *self, GVariantDict *dict, GError **error);

void bh_zone_options_clear(BhZoneOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhZoneOptions, bh_zone_options_clear)

G_END_DECLS
