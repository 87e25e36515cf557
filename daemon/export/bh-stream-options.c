/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The table, and the way out of it.
 */
#include "bh-stream-options.h"

#include "bh-options.h"

#define DEFAULT_BATCH_MS 10
#define MAX_BATCH_MS 1000
#define DEFAULT_QUEUE 4096
#define MAX_QUEUE 65536

typedef struct {
    gint format; /* BhStreamFormat */
    gint64 batch_ms;
    gint64 queue;
} StreamOptions;

#define AT(member) G_STRUCT_OFFSET(StreamOptions, member), BH_OPTION_NO_PRESENT

static const char *const format_choices[] = {
    [BH_STREAM_JSON] = "json",
    [BH_STREAM_PACKED] = "packed",
    [BH_N_STREAM_FORMATS] = NULL,
};

gboolean
bh_stream_options_parse(GVariant *dict, BhStreamSpec *spec, GError **error)
{
    static const BhOptionSpec specs[] = {
        {"Format", BH_OPTION_CHOICE, AT(format), 0, 0, format_choices},
        {"BatchMs", BH_OPTION_INT, AT(batch_ms), 0, MAX_BATCH_MS},
        {"Queue", BH_OPTION_INT, AT(queue), 1, MAX_QUEUE},
        {NULL}};
    StreamOptions options = {BH_STREAM_JSON, DEFAULT_BATCH_MS, DEFAULT_QUEUE};

    if (!bh_options_parse(dict, specs, &options, error))
        return FALSE;
    *spec = (BhStreamSpec){.format = (BhStreamFormat)options.format,
                           .batch_us = options.batch_ms * 1000,
                           .queue = (guint)options.queue};
    return TRUE;
}
