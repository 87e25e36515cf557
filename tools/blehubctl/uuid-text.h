/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* UUIDs as people read them. */
#include <glib.h>

G_BEGIN_DECLS

/** Four digits if it has such a short form, else as it is; safe for terminals. */
void bh_uuid_append_short(GString *out, const char *text);

G_END_DECLS
