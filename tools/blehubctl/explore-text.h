/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a device has, as a tree for people: services, characteristics, descriptors, values. */
#include <glib.h>

G_BEGIN_DECLS

/** services: aa{sv} of Device1.Services. Lines; "no services\n" if there are none. */
char *bh_explore_text(GVariant *services);

G_END_DECLS
