/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The groups [device NAME] of the configuration: names for things, see bh-alias.h. Private to the
 * configuration.
 */
#include "bh-alias.h"
#include "bh-keyfile.h"

G_BEGIN_DECLS

typedef struct BhConfigDevices BhConfigDevices;

BhConfigDevices *bh_config_devices_new(void);
void bh_config_devices_free(BhConfigDevices *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhConfigDevices, bh_config_devices_free)

/* Whether a group is of a device, be its name right or wrong. */
gboolean bh_config_devices_is_group(const char *group);
/* Reads the line that opens a group, or one of its keys. No error repeats an IRK. */
gboolean bh_config_devices_read(BhConfigDevices *self, const BhKeyfileEntry *entry, GError **error);

/* When all files are read: adds a BhAlias for each, in the order of the files. */
gboolean bh_config_devices_finish(BhConfigDevices *self, GPtrArray *aliases, GError **error);

G_END_DECLS
