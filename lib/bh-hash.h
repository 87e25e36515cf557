/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Hashes for tables whose keys come from the air: whoever advertises chooses them, and must not be
 * able to choose those that all fall together. Not installed.
 */
#include <glib.h>

G_BEGIN_DECLS

#define BH_HASH_WORDS_MAX 6

/* Another one in each process. n is even, at most BH_HASH_WORDS_MAX, and the same for all keys of a
 * table. */
guint bh_hash_words(const guint32 *words, guint n);

G_END_DECLS
