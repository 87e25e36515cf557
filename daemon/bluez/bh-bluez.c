/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Who BlueZ is now. Each owner of org.bluez begins a new generation: first everything of the old
 * one goes (adapters, paths, calls without an answer), then the new one's objects are read once,
 * then its signals count. A signal counts only if it comes from that owner's unique name, so nobody
 * else can invent devices. Signals that arrive before the objects are older than these and ignored.
 *
 * What the hub asks for is only noted; reconcile(), from the main loop, acts on it and tells the
 * sink, so that several changes become one call and the sink is never called from inside a call of
 * the hub.
 */
#include "bh-bluez.h"

#include "bh-bluez-central.h"
#include "bh-bluez-check.h"
#include "bh-bluez-mgmt.h"
#include "bh-bluez-names.h"
#include "bh-bluez-private.h"
#include "bh-bluez-server.h"
#include "bh-error.h"
#include "bh-signal.h"

#define LINKS_FILE "links"

static void bh_bluez_radio_init(BhRadioInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhBluez,
                              bh_bluez,
                              G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(BH_TYPE_RADIO, bh_bluez_radio_init)
                                  G_IMPLEMENT_INTERFACE(BH_TYPE_CENTRAL,
                                                        bh_bluez_central_init_iface)
                                      G_IMPLEMENT_INTERFACE(BH_TYPE_PERIPHERAL,
                                                            bh_bluez_server_init_iface))

/* Telling */

/* A passive scan is none of BlueZ's. */
static BhRadioScanState
scan_state(const BhBluez *self, const BhBluezAdapter *adapter)
{
    if (!bh_bluez_mgmt_is_passive(self, adapter))
        return bh_bluez_discovery_get_state(adapter->discovery);
    if (!adapter->powered)
        return BH_RADIO_SCAN_OFF;
    return bh_mgmt_scan_has_monitor(adapter->mgmt_scan) ? BH_RADIO_SCAN_RUNNING
                                                        : BH_RADIO_SCAN_STARTING;
}

static const char *
peek_scan_error(const BhBluez *self, const BhBluezAdapter *adapter)
{
    return bh_bluez_mgmt_is_passive(self, adapter)
               ? bh_mgmt_scan_peek_error(adapter->mgmt_scan)
               : bh_bluez_discovery_peek_error(adapter->discovery);
}

void
bh_bluez_tell_adapter(BhBluez *self, BhBluezAdapter *adapter)
{
    static const char *const no_roles[] = {NULL};
    const char *error = peek_scan_error(self, adapter);
    BhMgmtDuty duty = bh_mgmt_scan_get_duty(adapter->mgmt_scan);
    BhRadioAdapter told = {
        .slot = adapter->slot,
        .address = adapter->address,
        .name = bh_bluez_adapter_peek_name(adapter),
        .powered = adapter->powered,
        .discovering = adapter->discovering,
        .roles = adapter->roles != NULL ? (const char *const *)adapter->roles : no_roles,
        .scan = scan_state(self, adapter),
        .scan_error = error,
        .power_error = bh_bluez_switch_peek_error(adapter->power),
        .scan_interval_us = duty.interval * 625u,
        .scan_window_us = duty.window * 625u,
    };

    adapter->told_scan = told.scan;
    g_free(adapter->told_error);
    adapter->told_error = g_strdup(error);
    g_free(adapter->told_power_error);
    adapter->told_power_error = g_strdup(told.power_error);
    adapter->told_duty = duty;
    self->sink->adapter_changed(self->sink_data, &told);
}

static gboolean
has_news(const BhBluez *self, const BhBluezAdapter *adapter)
{
    BhMgmtDuty duty = bh_mgmt_scan_get_duty(adapter->mgmt_scan);

    return adapter->path != NULL &&
           (adapter->told_scan != scan_state(self, adapter) ||
            adapter->told_duty.interval != duty.interval ||
            adapter->told_duty.window != duty.window ||
            g_strcmp0(adapter->told_error, peek_scan_error(self, adapter)) != 0 ||
            g_strcmp0(adapter->told_power_error, bh_bluez_switch_peek_error(adapter->power)) != 0);
}

static void
tell_capabilities(BhBluez *self)
{
    BhRadioCapabilities now = bh_bluez_mgmt_get_capabilities(self);

    BhPeripheralCapabilities peripheral = bh_peripheral_get_capabilities(BH_PERIPHERAL(self));

    if (now == self->told_capabilities && peripheral == self->told_peripheral)
        return;
    self->told_capabilities = now;
    self->told_peripheral = peripheral;
    self->sink->capabilities_changed(self->sink_data, now);
}

/* Wanted against seen */

/* Only where reports come from BlueZ's signals. While nobody scans devices may get other addresses
 * unnoticed. */
static void
reconcile_listening(BhBluez *self)
{
    gboolean wanted = FALSE;

    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++)
        wanted |= bh_bluez_discovery_is_wanted(self->adapters[i].discovery);
    wanted &= !self->hears_kernel;
    if (wanted && !self->listening) {
        bh_bluez_devices_remove_resolvable(self->devices);
        bh_bluez_bus_add_match(self->bus, BH_MATCH_DEVICES);
    } else if (!wanted && self->listening) {
        bh_bluez_bus_remove_match(self->bus, BH_MATCH_DEVICES);
        bh_bluez_fetch_clear(self->fetch);
    }
    self->listening = wanted;
}

static gboolean
on_reconcile(gpointer data)
{
    BhBluez *self = data;

    self->reconcile = 0;
    bh_bluez_mgmt_reconcile_all(self);
    reconcile_listening(self);
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        bh_bluez_mgmt_reconcile(self, &self->adapters[i]);
        bh_bluez_discovery_reconcile(self->adapters[i].discovery);
        if (has_news(self, &self->adapters[i]))
            bh_bluez_tell_adapter(self, &self->adapters[i]);
    }
    bh_bluez_server_reconcile(self->server);
    tell_capabilities(self);
    return G_SOURCE_REMOVE;
}

void
bh_bluez_schedule_reconcile(gpointer data)
{
    BhBluez *self = data;

    if (self->reconcile == 0 && self->sink != NULL)
        self->reconcile = g_idle_add_full(G_PRIORITY_DEFAULT, on_reconcile, self, NULL);
}

/* Messages */

static int
on_message(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluez *self = data;
    guint8 type = 0;

    if (sd_bus_message_get_type(message, &type) < 0 || type != SD_BUS_MESSAGE_SIGNAL)
        return 0;
    if (bh_bluez_bus_is_from_owner(self->bus, message)) {
        if (self->loaded)
            bh_bluez_tree_handle_signal(self, message);
        return 1;
    }
    if (sd_bus_message_is_signal(message, BH_DBUS_NAME, "NameOwnerChanged") &&
        g_strcmp0(sd_bus_message_get_sender(message), BH_DBUS_NAME) == 0) {
        bh_bluez_owner_changed(self, message);
        return 1;
    }
    return 0;
}

static void
on_lost(gpointer data)
{
    BhBluez *self = data;

    bh_bluez_owner_end(self);
    g_clear_pointer(&self->bus->owner, g_free);
    g_signal_emit_by_name(self, "lost");
}

/* BhRadio */

static void
start(BhRadio *radio, const BhRadioSink *sink, gpointer sink_data)
{
    BhBluez *self = BH_BLUEZ(radio);

    g_return_if_fail(self->sink == NULL);
    self->sink = sink;
    self->sink_data = sink_data;
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        self->adapters[i].mgmt_scan =
            bh_mgmt_scan_new(self->memory, &self->timing, bh_bluez_schedule_reconcile, self);
        self->adapters[i].mgmt_adverts = bh_bluez_server_new_mgmt_adverts(self->server, (guint8)i);
    }
    bh_bluez_mgmt_start(self);
    self->fetch =
        bh_bluez_fetch_new(self->bus, self->timing.call_ms, bh_bluez_tree_handle_fetched, self);
    self->batch_ms = self->timing.batch_ms;
    bh_bluez_bus_attach(self->bus, self->batch_ms, on_message, on_lost, self);
    bh_bluez_bus_add_match(self->bus, BH_MATCH_OWNER);
    bh_bluez_bus_add_match(self->bus, BH_MATCH_OBJECTS);
    bh_bluez_bus_add_match(self->bus, BH_MATCH_ADAPTERS);
    bh_bluez_bus_add_match(self->bus, BH_MATCH_DISCONNECTED);
    bh_bluez_server_start(self->server);
    bh_bluez_owner_load(self);
    bh_bluez_schedule_reconcile(self);
}

static void
stop(BhRadio *radio)
{
    BhBluez *self = BH_BLUEZ(radio);

    if (self->sink == NULL)
        return;
    bh_bluez_server_stop(self->server);
    bh_bluez_central_stop(self->central);
    self->sink = NULL;
    g_clear_handle_id(&self->reconcile, g_source_remove);
    g_clear_handle_id(&self->load_timer, g_source_remove);
    g_clear_pointer(&self->load_slot, sd_bus_slot_unref);
    bh_bluez_checks_cancel(&self->checks);
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        bh_bluez_cycle_cancel(self->adapters[i].cycle);
        bh_bluez_switch_stop(self->adapters[i].power);
        bh_bluez_discovery_abandon(self->adapters[i].discovery);
    }
    bh_bluez_mgmt_stop(self);
    g_clear_pointer(&self->fetch, bh_bluez_fetch_free);
    bh_bluez_bus_close(self->bus);
}

static void
set_scan(BhRadio *radio, guint8 slot, const BhRadioScanDemand *demand)
{
    BhBluez *self = BH_BLUEZ(radio);
    BhBluezAdapter *adapter = &self->adapters[slot];

    adapter->wanted = demand != NULL;
    adapter->passive = demand != NULL && demand->passive;
    adapter->every_report = demand != NULL && demand->every_report;
    adapter->interval_us = demand != NULL ? demand->interval_us : 0;
    adapter->window_us = demand != NULL ? demand->window_us : 0;
    bh_bluez_mgmt_set_scan(self, adapter);
    bh_bluez_discovery_set_demand(adapter->discovery, demand);
}

static gboolean
check_scan(BhRadio *radio, const BhRadioScanDemand *demand, GError **error)
{
    return bh_bluez_mgmt_check_scan(BH_BLUEZ(radio), demand, error);
}

static void
set_power(BhRadio *radio, guint8 slot, BhRadioPower power)
{
    BhBluezAdapter *adapter = &BH_BLUEZ(radio)->adapters[slot];

    if (power != BH_RADIO_POWER_ANY)
        bh_bluez_cycle_cancel(adapter->cycle);
    bh_bluez_switch_want(adapter->power, power);
}

static void
restart_scan(BhRadio *radio, guint8 slot)
{
    bh_bluez_discovery_restart(BH_BLUEZ(radio)->adapters[slot].discovery);
}

static void
set_batch(BhRadio *radio, guint batch_ms)
{
    BhBluez *self = BH_BLUEZ(radio);
    guint bounded_ms = MIN(batch_ms, self->timing.batch_ms);

    self->batch_ms = bounded_ms;
    bh_bluez_central_update_pace(self->central);
    if (self->mgmt != NULL)
        bh_mgmt_set_batch(self->mgmt, bounded_ms);
}

static void
power_cycle_async(BhRadio *radio,
                  guint8 slot,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
    BhBluez *self = BH_BLUEZ(radio);
    GTask *task = g_task_new(self, cancellable, callback, user_data);

    g_task_set_source_tag(task, power_cycle_async);
    g_task_set_check_cancellable(task, FALSE);
    bh_bluez_cycle_start(self->bus, &self->timing, &self->adapters[slot], task);
}

static gboolean
power_cycle_finish(BhRadio *radio, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
check_async(BhRadio *radio,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
    BhBluez *self = BH_BLUEZ(radio);
    GTask *task = g_task_new(self, cancellable, callback, user_data);

    g_task_set_source_tag(task, check_async);
    g_task_set_check_cancellable(task, FALSE);
    bh_bluez_check_start(self->bus, &self->checks, self->timing.check_ms, task);
}

static gboolean
check_finish(BhRadio *radio, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
get_counters(BhRadio *radio, BhRadioCounters *counters)
{
    *counters = BH_BLUEZ(radio)->counters;
    bh_bluez_mgmt_add_counters(BH_BLUEZ(radio), counters);
}

static void
bh_bluez_radio_init(BhRadioInterface *iface)
{
    iface->start = start;
    iface->stop = stop;
    iface->set_scan = set_scan;
    iface->check_scan = check_scan;
    iface->set_power = set_power;
    iface->restart_scan = restart_scan;
    iface->set_batch = set_batch;
    iface->power_cycle_async = power_cycle_async;
    iface->power_cycle_finish = power_cycle_finish;
    iface->check_async = check_async;
    iface->check_finish = check_finish;
    iface->get_counters = get_counters;
}

/* GObject */

static void
bh_bluez_finalize(GObject *object)
{
    BhBluez *self = BH_BLUEZ(object);

    stop(BH_RADIO(self));
    for (guint i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        BhBluezAdapter *adapter = &self->adapters[i];
        bh_bluez_discovery_free(adapter->discovery);
        g_free(adapter->path);
        g_strfreev(adapter->roles);
        g_free(adapter->told_error);
        g_free(adapter->told_power_error);
        bh_bluez_switch_free(adapter->power);
    }
    g_clear_pointer(&self->mgmt, bh_mgmt_free);
    bh_mgmt_memory_free(self->memory);
    bh_link_memory_free(self->link_memory);
    g_free(self->no_mgmt);
    bh_bluez_properties_clear(&self->properties);
    bh_bluez_devices_free(self->devices);
    bh_bluez_central_free(self->central); /* asks the server how busy it is */
    bh_bluez_server_free(self->server);
    bh_bluez_bus_free(self->bus);
    g_free(self->version);
    G_OBJECT_CLASS(bh_bluez_parent_class)->finalize(object);
}

static void
bh_bluez_class_init(BhBluezClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_bluez_finalize;
    bh_signal_new(BH_TYPE_BLUEZ, "lost", 0);
}

static void
bh_bluez_init(BhBluez *self)
{
    self->timing = (BhBluezTiming)BH_BLUEZ_TIMING_DEFAULT;
    self->devices = bh_bluez_devices_new(BH_BLUEZ_DEVICES_MAX);
    bh_bluez_properties_init(&self->properties);
    self->memory = bh_mgmt_memory_new(NULL);
    self->link_memory = bh_link_memory_new(NULL);
    self->no_mgmt = g_strdup("blehubd was started without one");
    self->refresh_ms = BH_BLUEZ_REFRESH_MS;
    self->central = bh_bluez_central_new(self);
    self->server = bh_bluez_server_new(self);
}

static void
open_memories(BhBluez *self, const char *directory)
{
    g_autofree char *links = NULL;

    bh_mgmt_memory_free(self->memory);
    self->memory = bh_mgmt_memory_new(directory);
    links = bh_mgmt_memory_dup_path(self->memory, LINKS_FILE);
    bh_link_memory_free(self->link_memory);
    self->link_memory = bh_link_memory_new(links);
}

gboolean
bh_bluez_set_ingest(BhBluez *self,
                    BhBluezIngest ingest,
                    int fd,
                    const char *runtime_directory,
                    GError **error)
{
    g_autoptr(GError) reason = NULL;

    g_return_val_if_fail(self->sink == NULL && self->mgmt == NULL, FALSE);
    if (fd >= 0) {
        self->mgmt = bh_mgmt_new(fd, self->timing.mgmt_ms, &reason);
        g_free(self->no_mgmt);
        self->no_mgmt = reason != NULL ? g_strdup(reason->message) : NULL;
    }
    if (self->mgmt == NULL && ingest == BH_BLUEZ_INGEST_MGMT) {
        g_set_error(error,
                    BH_ERROR,
                    reason != NULL ? reason->code : BH_ERROR_FAILED,
                    "--ingest=mgmt: management socket: %s",
                    self->no_mgmt);
        return FALSE;
    }
    self->hears_kernel = self->mgmt != NULL && ingest != BH_BLUEZ_INGEST_DBUS;
    open_memories(self, runtime_directory);
    return TRUE;
}

void
bh_bluez_set_refresh(BhBluez *self, guint every_ms)
{
    self->refresh_ms = every_ms;
    bh_bluez_schedule_reconcile(self);
}

void
bh_bluez_set_timing(BhBluez *self, const BhBluezTiming *timing)
{
    g_return_if_fail(self->sink == NULL);
    self->timing = *timing;
}

BhBluez *
bh_bluez_new(const char *bus, GError **error)
{
    g_autoptr(BhBluezBus) opened = bh_bluez_bus_new(bus, error);

    if (opened == NULL)
        return NULL;
    BhBluez *self = g_object_new(BH_TYPE_BLUEZ, NULL);
    self->bus = g_steal_pointer(&opened);
    for (guint8 i = 0; i < BH_RADIO_MAX_ADAPTERS; i++) {
        self->adapters[i].slot = i;
        self->adapters[i].power =
            bh_bluez_switch_new(self->bus, &self->timing, bh_bluez_schedule_reconcile, self);
        self->adapters[i].discovery = bh_bluez_discovery_new(self->bus,
                                                             &self->timing,
                                                             &self->counters,
                                                             bh_bluez_schedule_reconcile,
                                                             self);
    }
    return self;
}
