/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the objects that one client made have in common on the bus: they get a new number, are there
 * until they are released, belong to the client that made them, and have the methods Renew and
 * Release.
 */
#include "bh-object-manager.h"
#include "bh-owned.h"

G_BEGIN_DECLS

/* Serves exported, which shows owned and has a reference to it, until that is released, and keeps
 * it alive so long. Returns its path, to be freed. manager is borrowed: outlives owned. */
char *bh_export_owned_publish(BhExported *exported,
                              BhOwned *owned,
                              const char *kind,
                              BhObjectManager *manager);

G_END_DECLS
