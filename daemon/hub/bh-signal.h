/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A signal that only tells: nobody answers it, and the class itself does not listen.
 */
#include <glib-object.h>

G_BEGIN_DECLS

/* For class_init. The n_params GTypes of what it hands over follow. */
guint bh_signal_new(GType type, const char *name, guint n_params, ...);

G_END_DECLS
