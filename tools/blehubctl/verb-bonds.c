/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bonds: lists the devices that BlueZ keeps keys of, or makes it forget one. */
#include "row-json.h"
#include "terminal.h"
#include "verbs.h"

typedef struct {
    char *remove;
    char *address_type;
    char *adapter;
} Options;

static void
options_clear(Options *self)
{
    g_clear_pointer(&self->remove, g_free);
    g_clear_pointer(&self->address_type, g_free);
    g_clear_pointer(&self->adapter, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static void
append_bond(GString *out, GVariant *row)
{
    const char *address = "?", *type = "?", *name = "";
    gboolean connected = FALSE;

    g_variant_lookup(row, "Address", "&s", &address);
    g_variant_lookup(row, "AddressType", "&s", &type);
    g_variant_lookup(row, "Name", "&s", &name);
    g_variant_lookup(row, "Connected", "b", &connected);
    g_string_append_printf(out, "%s  %-6s  %-9s  ", address, type, connected ? "connected" : "-");
    bh_terminal_append(out, name[0] ? name : "(unknown)");
    g_string_append_c(out, '\n');
}

static char *
dup_table(GVariant *rows)
{
    GString *out = g_string_new(NULL);

    for (gsize i = 0; i < g_variant_n_children(rows); i++) {
        g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

        append_bond(out, row);
    }
    if (out->len == 0)
        g_string_append(out, "no bonds\n");
    return g_string_free(out, FALSE);
}

static gboolean
list(const BhCtl *ctl, BhDbusHub1 *hub, GError **error)
{
    g_autoptr(GVariant) rows = NULL;
    g_autofree char *text = NULL;

    if (!bh_dbus_hub1_call_list_bonds_sync(hub,
                                           G_DBUS_CALL_FLAGS_NONE,
                                           BH_CTL_TIMEOUT_MS,
                                           &rows,
                                           NULL,
                                           error))
        return FALSE;
    text = ctl->json ? bh_json_lines_from_rows(rows) : dup_table(rows);
    bh_ctl_print(text);
    return TRUE;
}

static gboolean
remove_bond(const Options *self, BhDbusHub1 *hub, GError **error)
{
    g_autoptr(GVariantDict) dict = g_variant_dict_new(NULL);

    if (self->address_type)
        g_variant_dict_insert(dict, "AddressType", "s", self->address_type);
    if (self->adapter)
        g_variant_dict_insert(dict, "Adapter", "s", self->adapter);
    return bh_dbus_hub1_call_remove_bond_sync(hub,
                                              self->remove,
                                              g_variant_dict_end(dict),
                                              G_DBUS_CALL_FLAGS_NONE,
                                              BH_CTL_TIMEOUT_MS,
                                              NULL,
                                              error);
}

static BhExit
run(BhCtl *ctl, const BhVerb *verb, char ***args)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GDBusConnection) bus = NULL;
    g_autoptr(BhDbusHub1) hub = NULL;
    g_autoptr(GError) error = NULL;
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"remove", 0, 0, G_OPTION_ARG_STRING, &options.remove, "Forget this device", "ADDRESS"},
        {"address-type",
         0,
         0,
         G_OPTION_ARG_STRING,
         &options.address_type,
         "Of --remove: public or random (default: that of the bond)",
         "TYPE"},
        {"adapter",
         0,
         0,
         G_OPTION_ARG_STRING,
         &options.adapter,
         "Of --remove: only of this controller",
         "ADDRESS|hciN"},
        G_OPTION_ENTRY_NULL,
    };
    BhExit code = BH_EXIT_OK;
    gboolean done;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!bh_ctl_parse(ctl, verb, context, args, &code))
        return code;
    if (!options.remove && (options.address_type || options.adapter)) {
        bh_ctl_complain("--address-type and --adapter go with --remove");
        return BH_EXIT_USAGE;
    }
    if (!(bus = bh_ctl_connect(ctl, &error)) || !(hub = bh_ctl_hub(bus, FALSE, &error)))
        return bh_ctl_fail(error);
    done = options.remove ? remove_bond(&options, hub, &error) : list(ctl, hub, &error);
    return done ? BH_EXIT_OK : bh_ctl_fail(error);
}

const BhVerb bh_verb_bonds = {
    .name = "bonds",
    .summary = "List the bonds that BlueZ keeps, or remove one",
    .description = "To remove one takes root; the link of everybody goes with it.\n",
    .run = run,
};
