/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Text from the air on a terminal: names are chosen by strangers, and an escape sequence in one
 * must not reach the terminal that prints it.
 */
#include <glib.h>

G_BEGIN_DECLS

/** Whether a character prints as itself and does nothing else: no control, no direction or other
 * format character, no end of a line or paragraph. */
gboolean bh_terminal_is_harmless(gunichar c);

/** Appends text with everything that is not harmless, and invalid UTF-8, replaced by U+FFFD. */
void bh_terminal_append(GString *out, const char *text);

G_END_DECLS
