/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Names of ATT status bytes, for bh-error.c alone.
 */
#include <glib.h>

G_BEGIN_DECLS

/* "WriteNotPermitted", "X80"; static storage. status is not 0. */
const char *bh_error_att_to_name(guint8 status);
/* FALSE if it is no such name. */
gboolean bh_error_att_from_name(const char *name, guint8 *status);

G_END_DECLS
