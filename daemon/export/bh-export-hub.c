/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Parse, call the hub, answer.
 */
#include "bh-export-hub.h"

#include "bh-call.h"
#include "bh-discover.h"
#include "bh-error.h"
#include "bh-export-scan.h"
#include "bh-scan-options.h"

struct _BhExportHub {
    BhDbusHub1Skeleton parent;
    BhExportContext context;
};

static void hub_iface_init(BhDbusHub1Iface *iface);
static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhExportHub,
                              bh_export_hub,
                              BH_DBUS_TYPE_HUB1_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_DBUS_TYPE_HUB1, hub_iface_init)
                                  G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

const BhExportContext *
bh_export_hub_peek_context(BhDbusHub1 *object)
{
    return &BH_EXPORT_HUB(object)->context;
}

/* Scan */

static char *
start_scan(const BhExportContext *context, BhClient *client, GVariant *dict, GError **error)
{
    g_auto(BhScanOptions) options = {0};
    g_autoptr(BhScan) scan = NULL;
    BhScanSpec spec;

    if (!bh_scan_options_parse(dict, BH_SCAN_OPTIONS_SCAN, context->defaults, &options, error) ||
        !bh_scan_options_to_spec(&options, context->hub, &spec, error))
        return NULL;
    scan = bh_hub_add_scan(context->hub,
                           &spec,
                           client,
                           (BhLifetime)options.life.lifetime,
                           options.life.lease_ms,
                           error);
    if (scan == NULL)
        return NULL;
    return bh_export_scan_publish(scan, bh_scan_options_to_variant(&options), context);
}

static gboolean
handle_scan(BhDbusHub1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    BhExportHub *self = BH_EXPORT_HUB(object);
    BhClient *client = bh_gate_peek_client(self->context.gate, invocation);
    GError *error = NULL;
    g_autofree char *path = start_scan(&self->context, client, options, &error);

    if (path != NULL)
        bh_dbus_hub1_complete_scan(object, invocation, path);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Discover */

static void
on_discovered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;
    g_autoptr(BhScan) scan = bh_discover_finish(BH_HUB(source), result, &error);

    if (scan != NULL)
        bh_export_context_answer_rows(bh_export_hub_peek_context(call->object),
                                      call->invocation,
                                      bh_row_list_of_scan(BH_HUB(source), scan, call->hex));
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
handle_discover(BhDbusHub1 *object, GDBusMethodInvocation *invocation, GVariant *dict)
{
    BhExportHub *self = BH_EXPORT_HUB(object);
    BhHub *hub = self->context.hub;
    g_auto(BhScanOptions) options = {0};
    BhScanSpec spec;
    GError *error = NULL;

    if (bh_scan_options_parse(dict,
                              BH_SCAN_OPTIONS_DISCOVER,
                              self->context.defaults,
                              &options,
                              &error) &&
        bh_scan_options_to_spec(&options, hub, &spec, &error))
        bh_discover_async(hub,
                          &spec,
                          (guint)options.count,
                          bh_gate_peek_client(self->context.gate, invocation),
                          on_discovered,
                          bh_call_new_hex(object, invocation, options.hex_keys));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ListDevices, Reload */

static BhRowList *
list_devices(BhExportHub *self, GVariant *dict, GError **error)
{
    g_auto(BhScanOptions) options = {0};
    BhScanSpec spec;

    if (!bh_scan_options_parse(dict,
                               BH_SCAN_OPTIONS_LIST,
                               self->context.defaults,
                               &options,
                               error) ||
        !bh_scan_options_to_spec(&options, self->context.hub, &spec, error))
        return NULL;
    return bh_row_list_of_table(self->context.hub, &spec, options.hex_keys, error);
}

static gboolean
handle_list_devices(BhDbusHub1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    GError *error = NULL;
    BhRowList *rows = list_devices(BH_EXPORT_HUB(object), options, &error);

    if (rows != NULL)
        bh_export_context_answer_rows(&BH_EXPORT_HUB(object)->context, invocation, rows);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_reload(BhDbusHub1 *object, GDBusMethodInvocation *invocation)
{
    const BhExportContext *context = &BH_EXPORT_HUB(object)->context;
    GError *error = NULL;

    if (context->reload(context->reload_data, &error))
        bh_dbus_hub1_complete_reload(object, invocation);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Properties */

static GVariant *
build_limits(const BhExportContext *context)
{
    BhQuota *quota = bh_hub_peek_quota(context->hub);
    g_auto(GVariantDict) limits = G_VARIANT_DICT_INIT(NULL);

    for (guint kind = 0; kind < BH_N_QUOTAS; kind++)
        g_variant_dict_insert(&limits,
                              bh_quota_get_name((BhQuotaKind)kind),
                              "u",
                              bh_quota_get_limit(quota, (BhQuotaKind)kind));
    g_variant_dict_insert(&limits,
                          "MaxStreamBytes",
                          "u",
                          bh_hub_get_max_stream_bytes(context->hub));
    g_variant_dict_insert(&limits,
                          "MaxLinks",
                          "u",
                          bh_remotes_get_max_links(bh_hub_peek_remotes(context->hub)));
    g_variant_dict_insert(&limits, "MaxIdentities", "u", bh_hub_get_max_identities(context->hub));
    g_variant_dict_insert(&limits, "MaxClients", "u", bh_peers_get_max(context->peers));
    g_variant_dict_insert(&limits, "MaxDevices", "u", bh_hub_get_max_devices(context->hub));
    return g_variant_dict_end(&limits);
}

static GVariant *
build_counters(const BhExportContext *context)
{
    BhHubCounters c;
    GVariantBuilder counters;

    bh_hub_get_counters(context->hub, &c);
    const struct {
        const char *name;
        guint64 value;
    } all[] = {
        {"Reports", c.reports},
        {"Malformed", c.radio.malformed},
        {"MalformedBeacons", c.malformed_beacons},
        {"DevicesEvicted", c.devices_evicted},
        {"DevicesKnown", c.devices_known},
        {"Clients", bh_peers_count(context->peers)},
        {"Scans", c.scans},
        {"Streams", c.streams},
        {"Holds", c.holds},
        {"Subscriptions", c.subscriptions},
        {"Applications", c.applications},
        {"Advertisements", c.advertisements},
        {"Watches", c.watches},
        {"Identities", c.identities},
        {"IdentitiesForgotten", c.identities_forgotten},
        {"ZoneChanges", c.zone_changes},
        {"Centrals", c.local.centrals},
        {"Writes", c.local.writes},
        {"WritesRefused", c.local.writes_refused},
        {"WriteLosses", c.local.write_losses},
        {"ReadsAsked", c.local.reads_asked},
        {"ReadsLate", c.local.reads_late},
        {"Indications", c.local.indications},
        {"Notifications", c.local.notifications},
        {"NotificationLosses", c.local.notification_losses},
        {"Links", c.links},
        {"LinkAttempts", c.remotes.attempts},
        {"LinksMade", c.remotes.links},
        {"LinksLost", c.remotes.links_lost},
        {"Values", c.remotes.values},
        {"ValueLosses", c.remotes.value_losses},
        {"Operations", bh_quota_total(bh_hub_peek_quota(context->hub), BH_QUOTA_OPERATIONS)},
        {"Waits", bh_quota_total(bh_hub_peek_quota(context->hub), BH_QUOTA_WAITS)},
        {"StreamRecords", c.stream_records},
        {"StreamLosses", c.stream_losses},
        {"DiscoveryStarts", c.radio.discovery_starts},
        {"DiscoveryFailures", c.radio.discovery_failures},
        {"DiscoveryRestarts", c.discovery_restarts},
        {"DiscoveryRefreshes", c.radio.discovery_refreshes},
        {"KernelDrops", c.radio.kernel_drops},
        {"PowerCycles", c.power_cycles},
        {"BlueZLosses", c.bluez_losses},
        {"AdapterLosses", c.adapter_losses},
        {"OrphansReleased", c.orphans_released},
        {"LeasesExpired", c.leases_expired},
        {"Denied", bh_gate_get_denied(context->gate)},
        {"LimitExceeded",
         c.limit_exceeded + bh_gate_get_refused(context->gate) +
             bh_bulk_get_refused(context->bulk)},
    };

    g_variant_builder_init(&counters, G_VARIANT_TYPE("a{st}"));
    for (gsize i = 0; i < G_N_ELEMENTS(all); i++)
        g_variant_builder_add(&counters, "{st}", all[i].name, all[i].value);
    return g_variant_builder_end(&counters);
}

/* What the radio can do more than scan and connect, as it is called in Capabilities. */
static const struct {
    BhRadioCapabilities flag;
    const char *name;
} capability_names[] = {
    {BH_RADIO_CAN_RAW_DATA, "raw-data"},
    {BH_RADIO_CAN_EVERY_REPORT, "every-report"},
    {BH_RADIO_CAN_PASSIVE_SCAN, "passive-scan"},
    {BH_RADIO_CAN_SCAN_DUTY, "scan-duty"},
    {BH_RADIO_CAN_LINK_DETAILS, "link-details"},
    {BH_RADIO_CAN_PAIR_CAPABILITY, "pair-capability"},
};

/* And in the peripheral role. */
static const struct {
    BhPeripheralCapabilities flag;
    const char *name;
} peripheral_names[] = {
    {BH_PERIPHERAL_CAN_DIRECT, "notify-directed"},
    {BH_PERIPHERAL_CAN_INTERVAL, "advertise-interval"},
    {BH_PERIPHERAL_CAN_TX_POWER, "advertise-tx-power"},
};

static void
add_capabilities(BhHub *hub, GStrvBuilder *names)
{
    BhRadioCapabilities radio_can = bh_hub_get_capabilities(hub);
    BhPeripheralCapabilities peripheral_can = bh_hub_get_peripheral_capabilities(hub);

    g_strv_builder_add_many(names, "scan", "active-scan", "connect", "peripheral", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(peripheral_names); i++)
        if ((peripheral_can & peripheral_names[i].flag) != 0)
            g_strv_builder_add(names, peripheral_names[i].name);
    for (gsize i = 0; i < G_N_ELEMENTS(capability_names); i++)
        if ((radio_can & capability_names[i].flag) != 0)
            g_strv_builder_add(names, capability_names[i].name);
}

static void
tell_capabilities(BhDbusHub1 *object, BhHub *hub)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    g_auto(GStrv) list = NULL;

    if (bh_hub_get_state(hub) >= BH_HUB_RADIO_OFF)
        add_capabilities(hub, names);
    list = g_strv_builder_end(names);
    bh_dbus_hub1_set_capabilities(object, (const char *const *)list);
}

static void
on_hub_changed(BhHub *hub, BhExportHub *self)
{
    BhDbusHub1 *object = BH_DBUS_HUB1(self);
    BhHubState state = bh_hub_get_state(hub);

    bh_dbus_hub1_set_state(object, bh_hub_state_to_string(state));
    bh_dbus_hub1_set_blue_zversion(object, bh_hub_get_bluez_version(hub));
    tell_capabilities(object, hub);
    bh_dbus_hub1_set_limits(object, build_limits(&self->context));
}

static BhGate *
peek_gate(BhExported *exported)
{
    return BH_EXPORT_HUB(exported)->context.gate;
}

static void
refresh(BhExported *exported)
{
    BhExportHub *self = BH_EXPORT_HUB(exported);

    bh_dbus_hub1_set_counters(BH_DBUS_HUB1(self), build_counters(&self->context));
}

static void
hub_iface_init(BhDbusHub1Iface *iface)
{
    iface->handle_scan = handle_scan;
    iface->handle_discover = handle_discover;
    iface->handle_list_devices = handle_list_devices;
    iface->handle_reload = handle_reload;
    bh_export_connect_implement(iface);
    bh_export_connect_many_implement(iface);
    bh_export_bonds_implement(iface);
    bh_export_serve_implement(iface);
    bh_export_radio_implement(iface);
    bh_export_watch_implement(iface);
}

static void
exported_iface_init(BhExportedInterface *iface)
{
    iface->peek_gate = peek_gate;
    iface->refresh = refresh;
}

static void
bh_export_hub_dispose(GObject *object)
{
    BhExportHub *self = BH_EXPORT_HUB(object);

    if (self->context.hub != NULL)
        g_signal_handlers_disconnect_by_data(self->context.hub, self);
    self->context.hub = NULL;
    G_OBJECT_CLASS(bh_export_hub_parent_class)->dispose(object);
}

static void
bh_export_hub_class_init(BhExportHubClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_export_hub_dispose;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = bh_gate_get_vtable;
}

static void
bh_export_hub_init(BhExportHub *self)
{
}

BhExportHub *
bh_export_hub_new(const BhExportContext *context)
{
    BhExportHub *self = g_object_new(BH_TYPE_EXPORT_HUB, NULL);

    self->context = *context;
    bh_dbus_hub1_set_version(BH_DBUS_HUB1(self), BH_VERSION);
    on_hub_changed(context->hub, self);
    g_signal_connect(context->hub, "state-changed", G_CALLBACK(on_hub_changed), self);
    return self;
}
