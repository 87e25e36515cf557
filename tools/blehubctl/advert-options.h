/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is advertised, as the command line says it: options for data of one's own, or the type of a
 * beacon and words KEY=VALUE. They become the options of Hub1.Advertise; what does not fit in is
 * blehubd's to say.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct {
    char *name;
    char **uuids;
    char **solicit;
    char **manufacturers; /* "ID:HEX" */
    char **service_data;  /* "UUID:HEX" */
    char **data;          /* "TYPE:HEX" */
    char *appearance;
    char *interval; /* ms */
    char *tx_power;
    char *adapter;
    gboolean not_connectable;
    gboolean limited;
    gboolean hidden;
    gboolean until_connected;
} BhAdvertOptions;

/** Adds the options to a verb's context; self must outlive the parsing. */
void bh_advert_options_add(BhAdvertOptions *self, GOptionContext *context);

/** Fills in a dictionary for Advertise. words: a beacon's type and its KEY=VALUE, or none. Error:
 * G_OPTION_ERROR. */
gboolean bh_advert_options_fill(const BhAdvertOptions *self,
                                char *const *words,
                                GVariantDict *dict,
                                GError **error);

void bh_advert_options_clear(BhAdvertOptions *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhAdvertOptions, bh_advert_options_clear)

G_END_DECLS
