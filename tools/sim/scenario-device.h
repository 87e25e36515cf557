/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reading one device group of a scenario. */
#include "scenario.h"

G_BEGIN_DECLS

/** Appends the group's device, or its clones, to devices. The error begins with "key: ". */
gboolean bh_scenario_read_device(GKeyFile *file,
                                 const char *group,
                                 const char *name,
                                 GPtrArray *devices,
                                 GError **error);

G_END_DECLS
