/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Text in columns of a terminal, of which a character may take none, one or two.
 */
#include <glib.h>

G_BEGIN_DECLS

/** How many columns a text takes. */
guint bh_columns_of(const char *text);

/** Appends as much of the beginning as fits; returns how many columns that takes. */
guint bh_columns_append(const char *text, guint columns, GString *out);

/** Appends the text in exactly so many columns (at least 1): with spaces behind it, or without its
 * middle. */
void bh_columns_append_cell(const char *text, guint columns, gboolean ascii, GString *out);

G_END_DECLS
