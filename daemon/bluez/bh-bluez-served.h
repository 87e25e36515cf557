/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The objects by which BlueZ knows our services: for each application and adapter one tree under
 * .../a<application>/h<slot>, with s<service>/c<attribute>/d<attribute> in it. None of them is kept
 * anywhere: a path says which attribute is meant, and the definition says the rest.
 */
#include "bh-bluez-server-private.h"

G_BEGIN_DECLS

/* Begins to answer calls to all of them. */
void bh_bluez_served_start(BhBluezServer *self);

char *bh_bluez_served_dup_root(guint id, guint8 slot);
char *bh_bluez_served_dup_path(const BhBluezPlace *place);

G_END_DECLS
