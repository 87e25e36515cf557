/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "fake-radio.h"

#include "bh-error.h"

typedef struct {
    gboolean present;
    gboolean powered;
    char name[8];
    gboolean wanted;
    guint n_uuids;
    gint rssi;
    BhRadioScanDemand demand; /* without UUIDs */
    guint changes;
    guint restarts;
    guint power_cycles;
    BhRadioPower power;
    const char *power_error;
} FakeSlot;

struct _FakeRadio {
    GObject parent;
    const BhRadioSink *sink;
    gpointer sink_data;
    gboolean starts;
    gboolean passive;
    gboolean stopped;
    gboolean linked;
    guint batch_ms;
    FakeCentral *central;
    FakePeripheral *peripheral;
    FakeSlot slots[BH_RADIO_MAX_ADAPTERS];
};

static void radio_iface_init(BhRadioInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(FakeRadio,
                              fake_radio,
                              G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(BH_TYPE_RADIO, radio_iface_init)
                                  G_IMPLEMENT_INTERFACE(BH_TYPE_CENTRAL, fake_central_iface_init)
                                      G_IMPLEMENT_INTERFACE(BH_TYPE_PERIPHERAL,
                                                            fake_peripheral_iface_init))

FakeCentral *
fake_radio_peek_central(FakeRadio *self)
{
    return self->central;
}

FakePeripheral *
fake_radio_peek_peripheral(FakeRadio *self)
{
    return self->peripheral;
}

static void
tell(FakeRadio *self, guint8 slot)
{
    static const char *const roles[] = {"central", "peripheral", NULL};
    const FakeSlot *it = &self->slots[slot];
    BhRadioAdapter adapter = {
        .slot = slot,
        .address = {.octets = {0, 0, 0, 0, 0, slot + 1}},
        .name = it->name,
        .powered = it->powered,
        .power_error = it->power_error,
        .roles = roles,
    };

    if (it->powered && it->wanted)
        adapter.scan = self->starts ? BH_RADIO_SCAN_RUNNING : BH_RADIO_SCAN_STARTING;
    adapter.discovering = adapter.scan == BH_RADIO_SCAN_RUNNING;
    self->sink->adapter_changed(self->sink_data, &adapter);
}

void
fake_radio_set_bluez(FakeRadio *self, gboolean present)
{
    for (guint8 i = 0; !present && i < BH_RADIO_MAX_ADAPTERS; i++)
        fake_radio_remove_adapter(self, i);
    self->sink->bluez_changed(self->sink_data, present, NULL);
}

void
fake_radio_sync(FakeRadio *self)
{
    self->sink->synced(self->sink_data);
}

void
fake_radio_set_adapter(FakeRadio *self, guint8 slot, const char *name, gboolean powered)
{
    FakeSlot *it = &self->slots[slot];

    it->present = TRUE;
    it->powered = powered;
    g_strlcpy(it->name, name, sizeof it->name);
    tell(self, slot);
    tell(self, slot); /* once more: the hub may have stated a demand meanwhile */
}

BhRadioPower
fake_radio_get_power(FakeRadio *self, guint8 slot)
{
    return self->slots[slot].power;
}

void
fake_radio_switch(FakeRadio *self, guint8 slot, const char *error)
{
    FakeSlot *it = &self->slots[slot];

    it->power_error = error;
    if (error == NULL && it->power != BH_RADIO_POWER_ANY)
        it->powered = it->power == BH_RADIO_POWER_ON;
    tell(self, slot);
}

void
fake_radio_remove_adapter(FakeRadio *self, guint8 slot)
{
    if (!self->slots[slot].present)
        return;
    self->slots[slot].present = FALSE;
    self->sink->adapter_removed(self->sink_data, slot);
}

void
fake_radio_set_starts(FakeRadio *self, gboolean starts)
{
    self->starts = starts;
}

void
fake_radio_set_linked(FakeRadio *self, gboolean linked)
{
    self->linked = linked;
}

static BhReport
report_of(guint8 slot, guint number, const guint8 *payload, gsize size, gint64 now_us)
{
    return (BhReport){
        .address =
            {.octets = {0xc0, 0, 0, (guint8)(number >> 16), (guint8)(number >> 8), (guint8)number},
             .type = BH_ADDRESS_RANDOM},
        .adapter = slot,
        .rssi = -50,
        .replaced = payload != NULL ? BH_AD_GROUP_ALL : BH_AD_GROUP_NONE,
        .data = payload,
        .size = size,
        .monotonic_us = now_us,
        .realtime_us = now_us,
    };
}

void
fake_radio_hear(FakeRadio *self,
                guint8 slot,
                guint number,
                gint8 rssi,
                const guint8 *payload,
                gsize size,
                gint64 now_us)
{
    BhReport report = report_of(slot, number, payload, size, now_us);

    report.rssi = rssi;
    self->sink->report(self->sink_data, &report);
}

void
fake_radio_hear_raw(FakeRadio *self,
                    guint8 slot,
                    guint number,
                    const guint8 *payload,
                    gsize size,
                    gint64 now_us)
{
    BhReport report = report_of(slot, number, payload, size, now_us);

    report.raw = TRUE;
    self->sink->report(self->sink_data, &report);
}

void
fake_radio_set_passive(FakeRadio *self, gboolean passive)
{
    self->passive = passive;
}

void
fake_radio_set_capabilities(FakeRadio *self, BhRadioCapabilities capabilities)
{
    self->sink->capabilities_changed(self->sink_data, capabilities);
}

const BhRadioScanDemand *
fake_radio_peek_demand(FakeRadio *self, guint8 slot)
{
    return &self->slots[slot].demand;
}

gboolean
fake_radio_wants_scan(FakeRadio *self, guint8 slot)
{
    return self->slots[slot].wanted;
}

guint
fake_radio_wanted_uuids(FakeRadio *self, guint8 slot)
{
    return self->slots[slot].n_uuids;
}

gint
fake_radio_wanted_rssi(FakeRadio *self, guint8 slot)
{
    return self->slots[slot].rssi;
}

guint
fake_radio_demand_changes(FakeRadio *self, guint8 slot)
{
    return self->slots[slot].changes;
}

guint
fake_radio_restarts(FakeRadio *self, guint8 slot)
{
    return self->slots[slot].restarts;
}

guint
fake_radio_power_cycles(FakeRadio *self, guint8 slot)
{
    return self->slots[slot].power_cycles;
}

guint
fake_radio_get_batch(FakeRadio *self)
{
    return self->batch_ms;
}

gboolean
fake_radio_is_stopped(FakeRadio *self)
{
    return self->stopped;
}

/* The interface */

static void
start(BhRadio *radio, const BhRadioSink *sink, gpointer sink_data)
{
    FakeRadio *self = FAKE_RADIO(radio);

    self->sink = sink;
    self->sink_data = sink_data;
}

static void
stop(BhRadio *radio)
{
    FAKE_RADIO(radio)->stopped = TRUE;
}

static void
set_scan(BhRadio *radio, guint8 slot, const BhRadioScanDemand *demand)
{
    FakeSlot *it = &FAKE_RADIO(radio)->slots[slot];
    gboolean wanted = demand != NULL;
    guint n_uuids = wanted ? (guint)demand->n_uuids : 0;
    gint rssi = wanted && demand->has_rssi ? demand->rssi : G_MININT;

    if (it->wanted != wanted || it->n_uuids != n_uuids || (wanted && it->rssi != rssi))
        it->changes++;
    it->wanted = wanted;
    it->n_uuids = n_uuids;
    it->rssi = rssi;
    it->demand = wanted ? *demand : (BhRadioScanDemand){0};
    it->demand.uuids = NULL;
}

static void
set_power(BhRadio *radio, guint8 slot, BhRadioPower power)
{
    FAKE_RADIO(radio)->slots[slot].power = power;
}

static gboolean
check_scan(BhRadio *radio, const BhRadioScanDemand *demand, GError **error)
{
    if (!demand->passive || FAKE_RADIO(radio)->passive)
        return TRUE;
    g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_SUPPORTED, "as told");
    return FALSE;
}

static void
restart_scan(BhRadio *radio, guint8 slot)
{
    FAKE_RADIO(radio)->slots[slot].restarts++;
}

static void
set_batch(BhRadio *radio, guint batch_ms)
{
    FAKE_RADIO(radio)->batch_ms = batch_ms;
}

static void
power_cycle_async(BhRadio *radio,
                  guint8 slot,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(radio, cancellable, callback, user_data);

    if (FAKE_RADIO(radio)->linked) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_NOT_SUPPORTED, "a link is up");
        return;
    }
    FAKE_RADIO(radio)->slots[slot].power_cycles++;
    g_task_return_boolean(task, TRUE);
}

static gboolean
finish(BhRadio *radio, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
check_async(BhRadio *radio,
            GCancellable *cancellable,
            GAsyncReadyCallback callback,
            gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(radio, cancellable, callback, user_data);

    g_task_return_boolean(task, TRUE);
}

static void
get_counters(BhRadio *radio, BhRadioCounters *counters)
{
    *counters = (BhRadioCounters){0};
}

static void
radio_iface_init(BhRadioInterface *iface)
{
    iface->start = start;
    iface->stop = stop;
    iface->set_scan = set_scan;
    iface->check_scan = check_scan;
    iface->set_power = set_power;
    iface->restart_scan = restart_scan;
    iface->set_batch = set_batch;
    iface->power_cycle_async = power_cycle_async;
    iface->power_cycle_finish = finish;
    iface->check_async = check_async;
    iface->check_finish = finish;
    iface->get_counters = get_counters;
}

static void
fake_radio_finalize(GObject *object)
{
    fake_central_free(FAKE_RADIO(object)->central);
    fake_peripheral_free(FAKE_RADIO(object)->peripheral);
    G_OBJECT_CLASS(fake_radio_parent_class)->finalize(object);
}

static void
fake_radio_class_init(FakeRadioClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = fake_radio_finalize;
}

static void
fake_radio_init(FakeRadio *self)
{
    self->starts = TRUE;
    self->central = fake_central_new();
    self->peripheral = fake_peripheral_new();
    self->batch_ms = G_MAXUINT;
}

FakeRadio *
fake_radio_new(void)
{
    return g_object_new(FAKE_TYPE_RADIO, NULL);
}
