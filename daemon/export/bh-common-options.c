/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "bh-common-options.h"

#include "bh-error.h"

const char *const bh_address_type_choices[] = {
    [BH_ADDRESS_PUBLIC] = "public",
    [BH_ADDRESS_RANDOM] = "random",
    NULL,
};

const char *const bh_lifetime_choices[] = {"caller", "lease", NULL};

void
bh_lifetime_options_add_to(const BhLifetimeOptions *options, GVariantDict *dict)
{
    g_variant_dict_insert(dict, "Lifetime", "s", bh_lifetime_choices[options->lifetime]);
    if (options->lifetime == BH_LIFETIME_LEASE)
        g_variant_dict_insert(dict, "LeaseMs", "u", (guint32)options->lease_ms);
}

gboolean
bh_adapter_option_resolve(const char *name, BhHub *hub, BhAddress *address, GError **error)
{
    BhAdapter *adapter = bh_hub_find_adapter(hub, name);

    if (adapter != NULL) {
        *address = *bh_adapter_get_address(adapter);
        return TRUE;
    }
    if (bh_address_parse(name, BH_ADDRESS_PUBLIC, address, NULL))
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "Adapter: neither an address nor an adapter that is there: \"%s\"",
                name);
    return FALSE;
}
