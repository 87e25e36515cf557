/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Each handler reads its arguments, calls the world, and answers. */
#include "control.h"

#include "bh-error.h"
#include "burst.h"
#include "control-centrals.h"
#include "control-peers.h"

#define SPEED_MIN 0.01
#define SPEED_MAX 1000.0
#define RATE_DEFAULT 2000

struct _BhSimControl {
    BhSimDbusSim1Skeleton parent;
    BhTimeline *timeline; /* borrowed: outlives the object */
    BhTap *tap;           /* borrowed: outlives the object */
    BhBluez *bluez;       /* borrowed: outlives the object */
    BhPlugs *plugs;       /* borrowed: outlives the object */
    BhWorld *world;       /* borrowed: outlives the object */
    GHashTable *bursts;   /* BhBurst -> GDBusMethodInvocation */
};

enum {
    PROP_REPORTS = 1,
    PROP_SCANS
};

static void control_interface_init(BhSimDbusSim1Iface *iface);

G_DEFINE_TYPE_WITH_CODE(BhSimControl,
                        bh_sim_control,
                        BH_SIM_DBUS_TYPE_SIM1_SKELETON,
                        G_IMPLEMENT_INTERFACE(BH_SIM_DBUS_TYPE_SIM1, control_interface_init))

typedef struct {
    GDBusMethodInvocation *invocation;
    GVariant *result; /* NULL = none */
} Reply;

static gboolean
on_signalled(gpointer user_data)
{
    Reply *reply = user_data;

    g_dbus_method_invocation_return_value(reply->invocation, reply->result);
    g_clear_pointer(&reply->result, g_variant_unref);
    g_free(reply);
    return G_SOURCE_REMOVE;
}

gboolean
bh_sim_complete(GDBusMethodInvocation *invocation, GVariant *result)
{
    Reply *reply = g_new0(Reply, 1);

    reply->invocation = invocation;
    reply->result = result != NULL ? g_variant_ref_sink(result) : NULL;
    g_idle_add(on_signalled, reply);
    return TRUE;
}

gboolean
bh_sim_finish(GDBusMethodInvocation *invocation, const GError *error)
{
    BhError code = BH_ERROR_FAILED;

    if (error == NULL)
        return bh_sim_complete(invocation, NULL);
    if (error->domain == BH_ERROR)
        code = (BhError)error->code;
    g_dbus_method_invocation_return_dbus_error(invocation,
                                               bh_error_to_dbus_name(code),
                                               error->message);
    return TRUE;
}

static gboolean
handle_add_adapter(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    BhSimControl *self = BH_SIM_CONTROL(object);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    BhScenarioAdapter *config = bh_scenario_adapter_from_options("added", options, &error);

    if (config == NULL)
        return bh_sim_finish(invocation, error);
    if (!g_variant_lookup(options, "Address", "s", NULL))
        bh_plugs_next_address(self->plugs, &config->address);
    path = bh_plugs_add(self->plugs, config, &error);
    if (path == NULL)
        return bh_sim_finish(invocation, error);
    return bh_sim_complete(invocation, g_variant_new("(o)", path));
}

static gboolean
handle_remove_adapter(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation, const char *adapter)
{
    g_autoptr(GError) error = NULL;

    bh_plugs_remove(BH_SIM_CONTROL(object)->plugs, adapter, &error);
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_set_powered(BhSimDbusSim1 *object,
                   GDBusMethodInvocation *invocation,
                   const char *adapter,
                   gboolean powered)
{
    g_autoptr(GError) error = NULL;

    bh_plugs_set_powered(BH_SIM_CONTROL(object)->plugs, adapter, powered, &error);
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_set_monitor(BhSimDbusSim1 *object,
                   GDBusMethodInvocation *invocation,
                   const char *adapter,
                   gboolean registered)
{
    g_autoptr(GError) error = NULL;

    bh_plugs_set_monitor(BH_SIM_CONTROL(object)->plugs, adapter, registered, &error);
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_load(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(BhScenario) scenario = bh_scenario_parse(text, &error);

    if (scenario != NULL)
        bh_world_load(BH_SIM_CONTROL(object)->world, scenario, &error);
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_add_device(BhSimDbusSim1 *object,
                  GDBusMethodInvocation *invocation,
                  const char *name,
                  GVariant *options)
{
    g_autoptr(GError) error = NULL;

    bh_world_add_device(BH_SIM_CONTROL(object)->world, name, options, &error);
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_remove_device(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation, const char *name)
{
    g_autoptr(GError) error = NULL;

    bh_world_remove_device(BH_SIM_CONTROL(object)->world, name, &error);
    return bh_sim_finish(invocation, error);
}

/* Devices that are described by options and never in the air. */
static GPtrArray *
devices_from_options(GVariant *options, GError **error)
{
    return bh_scenario_devices_from_options("injected", options, error);
}

static BhScenarioDevice *
device_from_options(GVariant *options, GError **error)
{
    g_autoptr(GPtrArray) devices = devices_from_options(options, error);

    return devices != NULL ? g_rc_box_acquire(devices->pdata[0]) : NULL;
}

static gboolean
handle_advertise(BhSimDbusSim1 *object,
                 GDBusMethodInvocation *invocation,
                 const char *address,
                 GVariant *advertising,
                 gint16 rssi,
                 GVariant *options)
{
    g_auto(GVariantDict) all = G_VARIANT_DICT_INIT(options);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) description = NULL;
    g_autoptr(BhScenarioDevice) device = NULL;

    g_variant_dict_insert(&all, "Address", "s", address);
    g_variant_dict_insert_value(&all, "Advertising", advertising);
    g_variant_dict_insert(&all, "RSSI", "n", rssi);
    description = g_variant_ref_sink(g_variant_dict_end(&all));
    device = device_from_options(description, &error);
    if (device == NULL)
        return bh_sim_finish(invocation, error);
    return bh_sim_complete(
        invocation,
        g_variant_new("(u)", bh_world_advertise(BH_SIM_CONTROL(object)->world, device)));
}

static void
on_burst_done(BhBurst *burst, guint heard, gpointer user_data)
{
    BhSimControl *self = user_data;
    GDBusMethodInvocation *invocation = g_hash_table_lookup(self->bursts, burst);

    bh_sim_complete(g_object_ref(invocation), g_variant_new("(u)", heard));
    g_hash_table_remove(self->bursts, burst);
}

/* The options of a burst that are not its own describe who advertises. */
static GPtrArray *
burst_devices(GVariant *options, guint32 *rate, GError **error)
{
    g_auto(GVariantDict) description = G_VARIANT_DICT_INIT(options);
    g_autoptr(GVariant) rest = NULL;

    *rate = RATE_DEFAULT;
    if (g_variant_dict_lookup(&description, "RatePerSecond", "u", rate))
        g_variant_dict_remove(&description, "RatePerSecond");
    if (!g_variant_dict_contains(&description, "Advertising")) {
        g_variant_dict_insert(&description, "Flags", "s", "06");
        g_variant_dict_insert(&description, "PayloadCounter", "b", TRUE);
    }
    rest = g_variant_ref_sink(g_variant_dict_end(&description));
    return devices_from_options(rest, error);
}

static gboolean
handle_burst(BhSimDbusSim1 *object,
             GDBusMethodInvocation *invocation,
             guint32 count,
             GVariant *options)
{
    BhSimControl *self = BH_SIM_CONTROL(object);
    g_autoptr(GError) error = NULL;
    BhBurstPlan plan = {.count = count};

    plan.devices = burst_devices(options, &plan.rate, &error);
    if (plan.devices == NULL)
        return bh_sim_finish(invocation, error);
    g_hash_table_insert(self->bursts,
                        bh_burst_new(self->timeline, self->world, &plan, on_burst_done, self),
                        invocation);
    return TRUE;
}

static gboolean
handle_set_speed(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation, double factor)
{
    g_autoptr(GError) error = NULL;

    if (factor >= SPEED_MIN && factor <= SPEED_MAX)
        bh_timeline_set_speed(BH_SIM_CONTROL(object)->timeline, factor);
    else
        g_set_error_literal(&error,
                            BH_ERROR,
                            BH_ERROR_INVALID_ARGUMENTS,
                            "factor: must be from 0.01 to 1000");
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_fail(BhSimDbusSim1 *object,
            GDBusMethodInvocation *invocation,
            const char *method,
            const char *name,
            const char *message,
            guint32 count)
{
    g_autoptr(GError) error = NULL;

    if (g_dbus_is_interface_name(name))
        bh_tap_fail(BH_SIM_CONTROL(object)->tap, method, name, message, count);
    else
        g_set_error_literal(&error,
                            BH_ERROR,
                            BH_ERROR_INVALID_ARGUMENTS,
                            "error: not a D-Bus error name");
    return bh_sim_finish(invocation, error);
}

static gboolean
handle_hang(BhSimDbusSim1 *object,
            GDBusMethodInvocation *invocation,
            const char *method,
            guint32 count)
{
    bh_tap_hang(BH_SIM_CONTROL(object)->tap, method, count);
    return bh_sim_finish(invocation, NULL);
}

static gboolean
stall_from_cure(const char *cure, BhStall *stall, GError **error)
{
    static const char *const cures[] = {[BH_STALL_NONE] = "none",
                                        [BH_STALL_DISCOVERY] = "discovery",
                                        [BH_STALL_POWER] = "power",
                                        [BH_STALL_REPLUG] = "replug"};

    for (guint i = 0; i < G_N_ELEMENTS(cures); i++) {
        if (g_str_equal(cure, cures[i])) {
            *stall = (BhStall)i;
            return TRUE;
        }
    }
    g_set_error_literal(error,
                        BH_ERROR,
                        BH_ERROR_INVALID_ARGUMENTS,
                        "cure: must be discovery, power, replug or none");
    return FALSE;
}

static gboolean
handle_stall(BhSimDbusSim1 *object,
             GDBusMethodInvocation *invocation,
             const char *adapter,
             const char *cure)
{
    g_autoptr(GError) error = NULL;
    BhStall stall = BH_STALL_NONE;

    if (stall_from_cure(cure, &stall, &error))
        bh_plugs_stall(BH_SIM_CONTROL(object)->plugs, adapter, stall, &error);
    return bh_sim_finish(invocation, error);
}

static void
on_gone(gpointer user_data)
{
    g_dbus_method_invocation_return_value(user_data, NULL);
}

static gboolean
handle_restart(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation, guint32 after_ms)
{
    bh_world_restart(BH_SIM_CONTROL(object)->world, after_ms, on_gone, invocation);
    return TRUE;
}

static gboolean
handle_get_calls(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation)
{
    g_autoptr(GVariant) calls = bh_tap_dup_calls(BH_SIM_CONTROL(object)->tap);

    bh_sim_dbus_sim1_complete_get_calls(object, invocation, calls);
    return TRUE;
}

static gboolean
handle_clear_calls(BhSimDbusSim1 *object, GDBusMethodInvocation *invocation)
{
    bh_tap_clear_calls(BH_SIM_CONTROL(object)->tap);
    return bh_sim_finish(invocation, NULL);
}

static void
control_interface_init(BhSimDbusSim1Iface *iface)
{
    iface->handle_add_adapter = handle_add_adapter;
    iface->handle_remove_adapter = handle_remove_adapter;
    iface->handle_set_powered = handle_set_powered;
    iface->handle_set_monitor = handle_set_monitor;
    iface->handle_load = handle_load;
    iface->handle_add_device = handle_add_device;
    iface->handle_remove_device = handle_remove_device;
    iface->handle_advertise = handle_advertise;
    iface->handle_burst = handle_burst;
    iface->handle_set_speed = handle_set_speed;
    iface->handle_fail = handle_fail;
    iface->handle_hang = handle_hang;
    iface->handle_stall = handle_stall;
    iface->handle_restart = handle_restart;
    iface->handle_get_calls = handle_get_calls;
    iface->handle_clear_calls = handle_clear_calls;
    bh_sim_control_peers_init(iface);
    bh_sim_control_centrals_init(iface);
}

/* Properties that are computed when they are asked for. */
static void
control_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    BhSimControl *self = BH_SIM_CONTROL(object);

    switch (id) {
    case PROP_REPORTS:
        g_value_set_uint64(value, bh_bluez_get_reports(self->bluez));
        break;
    case PROP_SCANS:
        g_value_set_variant(value, bh_plugs_describe_scans(self->plugs));
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void
control_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void
control_finalize(GObject *object)
{
    g_hash_table_unref(BH_SIM_CONTROL(object)->bursts);
    G_OBJECT_CLASS(bh_sim_control_parent_class)->finalize(object);
}

static void
bh_sim_control_class_init(BhSimControlClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = control_finalize;
    G_OBJECT_CLASS(klass)->get_property = control_get_property;
    G_OBJECT_CLASS(klass)->set_property = control_set_property;
    g_object_class_override_property(G_OBJECT_CLASS(klass), PROP_REPORTS, "reports");
    g_object_class_override_property(G_OBJECT_CLASS(klass), PROP_SCANS, "scans");
}

static void
bh_sim_control_init(BhSimControl *self)
{
    self->bursts = g_hash_table_new_full(NULL, NULL, (GDestroyNotify)bh_burst_free, g_object_unref);
}

BhSimControl *
bh_sim_control_new(BhTimeline *timeline, BhTap *tap, BhBluez *bluez, BhWorld *world)
{
    BhSimControl *self = g_object_new(BH_TYPE_SIM_CONTROL, NULL);

    self->timeline = timeline;
    self->tap = tap;
    self->bluez = bluez;
    self->plugs = bh_bluez_get_plugs(bluez);
    self->world = world;
    return self;
}

BhPeers *
bh_sim_control_get_peers(BhSimControl *control)
{
    return bh_bluez_get_peers(control->bluez);
}

BhPlugs *
bh_sim_control_get_plugs(BhSimControl *control)
{
    return control->plugs;
}
