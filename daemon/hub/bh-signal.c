/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-signal.h"

guint
bh_signal_new(GType type, const char *name, guint n_params, ...)
{
    va_list params;
    guint id;

    va_start(params, n_params);
    id = g_signal_new_valist(name,
                             type,
                             G_SIGNAL_RUN_LAST,
                             NULL,
                             NULL,
                             NULL,
                             NULL,
                             G_TYPE_NONE,
                             n_params,
                             params);
    va_end(params);
    return id;
}
