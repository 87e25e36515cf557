/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Keys that say how strong a device is received. */
#include "scenario-draft.h"

#include "keys.h"

#define MAX_OFFSET_MS 1e9

gboolean
bh_draft_read_rssi(gpointer draft, const char *text, GError **error)
{
    return bh_rssi_model_parse(&((BhDeviceDraft *)draft)->device->rssi, text, error);
}

gboolean
bh_draft_read_rssi_walk(gpointer draft, const char *text, GError **error)
{
    return bh_rssi_model_parse_walk(&((BhDeviceDraft *)draft)->device->rssi, text, error);
}

gboolean
bh_draft_read_rssi_path(gpointer draft, const char *text, GError **error)
{
    return bh_rssi_model_parse_path(&((BhDeviceDraft *)draft)->device->rssi, text, error);
}

gboolean
bh_draft_read_path_offset(gpointer draft, const char *text, GError **error)
{
    BhScenarioDevice *device = ((BhDeviceDraft *)draft)->device;

    return bh_text_to_us(text, 0, MAX_OFFSET_MS, &device->path_offset_us, error);
}

gboolean
bh_draft_read_rssi_noise(gpointer draft, const char *text, GError **error)
{
    return bh_fading_parse_noise(&((BhDeviceDraft *)draft)->device->fading, text, error);
}

gboolean
bh_draft_read_rssi_dips(gpointer draft, const char *text, GError **error)
{
    return bh_fading_parse_dips(&((BhDeviceDraft *)draft)->device->fading, text, error);
}
