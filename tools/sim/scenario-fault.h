/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* [fault NAME] groups. */
#include "scenario.h"

G_BEGIN_DECLS

/** Appends a BhScenarioFault. Error: "key: reason". */
gboolean bh_scenario_read_fault(GKeyFile *file,
                                const char *group,
                                const char *name,
                                GPtrArray *faults,
                                GError **error);

/** The N of hciN. */
gboolean bh_scenario_read_index(gint *index, const char *text, GError **error);

G_END_DECLS
