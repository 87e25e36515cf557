/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Properties of owned objects that are told when they differ from what was told last, because what
 * is behind them says no more than that something changed.
 */
#include "bh-object-manager.h"

G_BEGIN_DECLS

/* Refreshes the object, and tells those of properties (NULL-terminated) that changed by it. */
void bh_property_changes_tell(BhObjectManager *manager,
                              BhExported *exported,
                              const char *const *properties);

G_END_DECLS
