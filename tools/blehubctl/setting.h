/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A value for an attribute that is served, as people write it:
 * SERVICE/CHARACTERISTIC[/DESCRIPTOR]=VALUE, "181a/2a6e=i16le:2150". The value is hex digits, or
 * has its type in front.
 */
#include "bh-dbus.h"

G_BEGIN_DECLS

typedef struct {
    char **names; /* service ("-" = the only one that has it), characteristic, descriptor */
    GBytes *value;
} BhSetting;

/** Errors: G_OPTION_ERROR. */
gboolean bh_setting_parse(const char *text, BhSetting *self, GError **error);

/** Sets it; update: tells the centrals that are subscribed. */
gboolean bh_setting_apply(const BhSetting *self,
                          BhDbusApplication1 *application,
                          gboolean update,
                          GError **error);

void bh_setting_clear(BhSetting *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhSetting, bh_setting_clear)

G_END_DECLS
