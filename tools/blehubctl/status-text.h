/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What status shows, from the hub's properties (a{sv}) and the managed objects (a{oa{sa{sv}}}). */
#include <glib.h>

G_BEGIN_DECLS

/** Ages are counted up to now_us (realtime). */
char *bh_status_text(GVariant *hub, GVariant *objects, gint64 now_us);

/** One line: {"Hub": {...}, "Adapters": [{...}]}. */
char *bh_status_json(GVariant *hub, GVariant *objects);

G_END_DECLS
