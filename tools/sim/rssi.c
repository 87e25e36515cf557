/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Reading the models, and one step of each. */
#include "rssi.h"

#include "keys.h"

#include <math.h>
#include <string.h>

#define DEFAULT_RSSI (-60)
#define MAX_TIME_MS 1e9

void
bh_rssi_model_init(BhRssiModel *model)
{
    *model = (BhRssiModel){.kind = BH_RSSI_CONSTANT, .start = DEFAULT_RSSI};
}

void
bh_rssi_model_clear(BhRssiModel *model)
{
    g_clear_pointer(&model->trace, g_array_unref);
    g_clear_pointer(&model->path, g_array_unref);
    bh_rssi_model_init(model);
}

void
bh_rssi_model_copy(BhRssiModel *to, const BhRssiModel *from)
{
    bh_rssi_model_clear(to);
    *to = *from;
    if (to->trace != NULL)
        g_array_ref(to->trace);
    if (to->path != NULL)
        g_array_ref(to->path);
}

static gboolean
read_trace(BhRssiModel *model, const char *text, GError **error)
{
    g_auto(GStrv) list = bh_text_to_list(text);

    model->kind = BH_RSSI_TRACE;
    model->trace = g_array_new(FALSE, FALSE, sizeof(gint8));
    for (guint i = 0; list[i] != NULL; i++) {
        gint64 value = 0;

        if (!bh_text_to_int(list[i], BH_RSSI_MIN, BH_RSSI_MAX, &value, error))
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
    if (!bh_text_to_int(text, BH_RSSI_MIN, BH_RSSI_MAX, &value, error))
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
        if (!bh_text_to_int(list[i], BH_RSSI_MIN, BH_RSSI_MAX, &values[i], error))
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

static gboolean
read_point(const char *text, BhRssiPoint *point, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", -1);
    gint64 dbm = 0;

    if (g_strv_length(parts) != 2)
        return bh_text_refuse(error, "must be MS:DBM, separated by ';'");
    if (!bh_text_to_us(parts[0], 0, MAX_TIME_MS, &point->at_us, error) ||
        !bh_text_to_int(parts[1], BH_RSSI_MIN, BH_RSSI_MAX, &dbm, error))
        return FALSE;
    point->dbm = (gint8)dbm;
    return TRUE;
}

static gboolean
check_path(const GArray *path, GError **error)
{
    const BhRssiPoint *points = (const BhRssiPoint *)path->data;

    if (path->len < 2 || points[0].at_us != 0 || points[path->len - 1].at_us == 0)
        return bh_text_refuse(error, "must have points from 0 ms to when it begins again");
    for (guint i = 1; i < path->len; i++) {
        if (points[i].at_us < points[i - 1].at_us)
            return bh_text_refuse(error, "a point is earlier than the one before it");
    }
    return TRUE;
}

gboolean
bh_rssi_model_parse_path(BhRssiModel *model, const char *text, GError **error)
{
    g_auto(GStrv) list = bh_text_to_list(text);

    bh_rssi_model_clear(model);
    model->kind = BH_RSSI_PATH;
    model->path = g_array_new(FALSE, FALSE, sizeof(BhRssiPoint));
    for (guint i = 0; list[i] != NULL; i++) {
        BhRssiPoint point;

        if (!read_point(list[i], &point, error))
            return FALSE;
        g_array_append_val(model->path, point);
    }
    if (!check_path(model->path, error))
        return FALSE;
    model->start = g_array_index(model->path, BhRssiPoint, 0).dbm;
    return TRUE;
}

static gint8
between(const BhRssiPoint *from, const BhRssiPoint *to, gint64 at_us)
{
    double part = (double)(at_us - from->at_us) / (double)(to->at_us - from->at_us);

    return (gint8)lround(from->dbm + part * (to->dbm - from->dbm));
}

/* There is a point later than at_us: it is within the period. */
static gint8
path_at(const GArray *path, gint64 elapsed_us)
{
    const BhRssiPoint *point = (const BhRssiPoint *)path->data;
    gint64 at_us = elapsed_us % point[path->len - 1].at_us;

    while (point[1].at_us <= at_us)
        point++;
    return between(point, point + 1, at_us);
}

gint8
bh_rssi_model_step(const BhRssiModel *model, BhPrng *prng, const BhRssiMoment *when, gint8 last)
{
    gint rssi = last;

    switch (model->kind) {
    case BH_RSSI_CONSTANT:
        return model->start;
    case BH_RSSI_TRACE:
        return g_array_index(model->trace, gint8, when->n % model->trace->len);
    case BH_RSSI_WALK:
        if (when->n > 0)
            rssi += (gint)bh_prng_below(prng, 3) * model->step - model->step;
        return (gint8)CLAMP(rssi, model->min, model->max);
    case BH_RSSI_PATH:
        return path_at(model->path, when->elapsed_us);
    }
    g_assert_not_reached();
}
