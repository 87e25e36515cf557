/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Text from the air on a terminal: names are chosen by strangers, and an escape sequence in one
 * must not reach the terminal that prints it.
 */
#include <glib.h>

G_BEGIN_DECLS

/** Appends text with everything that does not print as itself (controls, direction and other format
 *  characters, invalid UTF-8, line ends) replaced by U+FFFD. */
void bh_terminal_append(GString *out, const char *text);

G_END_DECLS
