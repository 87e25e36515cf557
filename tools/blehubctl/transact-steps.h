/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The steps of a transaction as words, "--" between them: a verb, what it is about, "key=value"
 * words, and for write the value:
 *
 *   read 180f 2a19 as=u8 -- write 1802 2a06 response=no 01 -- mtu
 */
#include "value-text.h"

G_BEGIN_DECLS

typedef struct {
    char *label;             /* "read 180f 2a19" */
    const BhValueType *type; /* of values, written or to be printed */
    GVariant *arguments;     /* a{sv} */
    const char *verb;        /* borrowed: from the words */
} BhTransactStep;

/** The steps, at least one; free with g_ptr_array_unref(). words: NULL-terminated, outlive the
 * steps. Error: G_OPTION_ERROR, the message beginning with "step N: ". */
GPtrArray *bh_transact_steps_new(char *const *words, GError **error);

/** a(sa{sv}), floating. */
GVariant *bh_transact_steps_to_variant(const GPtrArray *steps);

/** One line, without its end, about what a step gave: a{sv}. */
char *bh_transact_result_text(const BhTransactStep *step, GVariant *result);
/** The same as JSON: "Verb", and what the result has, values as bh_value_add_to_json() has them. */
char *bh_transact_result_json(const BhTransactStep *step, GVariant *result);

G_END_DECLS
