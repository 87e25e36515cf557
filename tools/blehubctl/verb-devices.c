/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* devices: what blehubd knows now, without using the radio. */
#include "filter-options.h"
#include "row-json.h"
#include "row-text.h"
#include "verbs.h"

static BhExit
list(const BhCtl *ctl, const BhFilterOptions *filter)
{
    g_autoptr(GVariantDict) options = g_variant_dict_new(NULL);
    g_autoptr(GDBusConnection) bus = NULL;
    g_autoptr(BhDbusHub1) hub = NULL;
    g_autoptr(GVariant) rows = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    if (!bh_filter_options_fill(filter, options, &error) || !(bus = bh_ctl_connect(ctl, &error)) ||
        !(hub = bh_ctl_hub(bus, FALSE, &error)) ||
        !bh_dbus_hub1_call_list_devices_sync(hub,
                                             g_variant_dict_end(options),
                                             G_DBUS_CALL_FLAGS_NONE,
                                             BH_CTL_TIMEOUT_MS,
                                             &rows,
                                             NULL,
                                             &error))
        return bh_ctl_fail(error);
    text = ctl->json ? bh_json_lines_from_rows(rows) : bh_rows_table(rows, g_get_monotonic_time());
    bh_ctl_print(text);
    return BH_EXIT_OK;
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_auto(BhFilterOptions) filter = {0};
    BhExit code = BH_EXIT_OK;

    bh_filter_options_add(&filter, context);
    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    return list(ctl, &filter);
}

const BhVerb bh_verb_devices = {
    .name = "devices",
    .summary = "List the devices that blehubd knows now",
    .description = "Does not use the radio. Most recently heard first; statistics since blehubd "
                   "first heard the device.\n",
    .run = run,
};
