/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Values of the bus as JSON, with the keys they have there: bytes (ay) are lower-case hex, keys
 * that are numbers are hex of their type's width ("004c" of a{qv}, "0a" of a{yv}), a tuple is an
 * array.
 */
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** Any value whose dictionaries have keys of type s, o, q or y. */
JsonNode *bh_json_from_variant(GVariant *value);

/** JSON text with what could steer a terminal as escapes. */
char *bh_json_escape(const char *json);

/** One line without its end. What could steer a terminal is escaped. Takes the node. */
char *bh_json_take_line(JsonNode *node);

/** One line for each row of aa{sv}, each with its end. */
char *bh_json_lines_from_rows(GVariant *rows);

G_END_DECLS
