/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading the models, and one step of each. */
#include "rssi.h"

#include "keys.h"

#include <string.h>

#define DEFAULT_RSSI (-60)
#define RSSI_MIN (-127)
#define RSSI_MAX 20

void
bh_rssi_model_init(BhRssiModel *model)
{
    *model = (BhRssiModel){.kind = BH_RSSI_CONSTANT, .start = DEFAULT_RSSI};
}

void
bh_rssi_model_clear(BhRssiModel *model)
{
    g_clear_pointer(&model->trace, g_array_unref);
    bh_rssi_model_init(model);
}

void
bh_rssi_model_copy(BhRssiModel *to, const BhRssiModel *from)
{
    bh_rssi_model_clear(to);
    *to = *from;
    if (to->trace != NULL)
        g_array_ref(to->trace);
}

static gboolean
read_trace(BhRssiModel *model, const char *text, GError **error)
{
    g_auto(GStrv) list = bh_text_to_list(text);

    model->kind = BH_RSSI_TRACE;
    model->trace = g_array_new(FALSE, FALSE, sizeof(gint8));
    for (guint i = 0; list[i] != NULL; i++) {
        gint64 value = 0;

        if (!bh_text_to_int(list[i], RSSI_MIN, RSSI_MAX, &value, error))
            return FALSE;

        gint8 dbm = (gint8)value;
        g_array_append_val(model->trace, dbm);
    }
    return model->trace->len > 0 || bh_text_refuse(error, "an empty trace");
}

gboolean
bh_rssi_model_parse(BhRssiModel *model, const char *text, GError **error)
{
    gint64 value = 0;

    bh_rssi_model_clear(model);
    if (strchr(text, ';') != NULL)
        return read_trace(model, text, error);
    if (!bh_text_to_int(text, RSSI_MIN, RSSI_MAX, &value, error))
        return FALSE;
    model->start = (gint8)value;
    return TRUE;
}

gboolean
bh_rssi_model_parse_walk(BhRssiModel *model, const char *text, GError **error)
{
    g_auto(GStrv) list = bh_text_to_list(text);
    gint64 values[4] = {0};

    if (g_strv_length(list) != G_N_ELEMENTS(values))
        return bh_text_refuse(error, "must be START;MIN;MAX;STEP");
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        if (!bh_text_to_int(list[i], RSSI_MIN, RSSI_MAX, &values[i], error))
            return FALSE;
    }
    if (values[0] < values[1] || values[0] > values[2] || values[3] < 1)
        return bh_text_refuse(error, "START must be from MIN to MAX, STEP at least 1");
    bh_rssi_model_clear(model);
    *model = (BhRssiModel){.kind = BH_RSSI_WALK,
                           .start = (gint8)values[0],
                           .min = (gint8)values[1],
                           .max = (gint8)values[2],
                           .step = (gint8)values[3]};
    return TRUE;
}

gint8
bh_rssi_model_step(const BhRssiModel *model, BhPrng *prng, guint n, gint8 last)
{
    gint rssi = last;

    switch (model->kind) {
    case BH_RSSI_CONSTANT:
        return model->start;
    case BH_RSSI_TRACE:
        return g_array_index(model->trace, gint8, n % model->trace->len);
    case BH_RSSI_WALK:
        if (n > 0)
            rssi += (gint)bh_prng_below(prng, 3) * model->step - model->step;
        return (gint8)CLAMP(rssi, model->min, model->max);
    }
    g_assert_not_reached();
}
