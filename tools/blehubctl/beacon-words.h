/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A beacon as words: its type and KEY=VALUE, as option Beacon of Hub1.Advertise has them. Upper and
 * lower case are the same.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

/** words: the type first; NULL-terminated. a{sv}, floating. Which keys a type has is blehubd's to
 * say. Error: G_OPTION_ERROR. */
GVariant *bh_beacon_from_words(char *const *words, GError **error);

G_END_DECLS
