/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A sum of products, of which the upper half counts: with random numbers of twice the size of the
 * words two keys share a hash no more often than by chance, whichever they are (Thorup, "High speed
 * hashing for integers and strings", 2015: pair-multiply-shift).
 */
#include "bh-hash.h"

#define NUMBERS (BH_HASH_WORDS_MAX + 1)

static const guint64 *
peek_numbers(void)
{
    static guint64 numbers[NUMBERS];
    static gsize made;

    if (g_once_init_enter(&made)) {
        for (guint i = 0; i < NUMBERS; i++)
            numbers[i] = (guint64)g_random_int() << 32 | g_random_int();
        g_once_init_leave(&made, 1);
    }
    return numbers;
}

guint
bh_hash_words(const guint32 *words, guint n)
{
    const guint64 *numbers = peek_numbers();
    guint64 sum = numbers[n];

    for (guint i = 0; i < n; i += 2)
        sum += (numbers[i] + words[i]) * (numbers[i + 1] + words[i + 1]);
    return (guint)(sum >> 32);
}
