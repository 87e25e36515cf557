/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header. The ladder runs only while our discovery is confirmed: whatever else is wrong
 * then is not silence but a state the radio already reports.
 */
#include "bh-adapter.h"

#include "bh-error.h"
#include "bh-log.h"
#include "bh-signal.h"

struct _BhAdapter {
    GObject parent;
    guint8 slot;
    BhRadio *radio; /* borrowed: outlives us */
    BhClock *clock;
    BhRecoveryLedger *ledger; /* borrowed: outlives us */
    GCancellable *cancellable;

    BhAddress address;
    char address_text[BH_ADDRESS_TEXT_SIZE];
    char *name;
    gboolean powered;
    gboolean discovering;
    char **roles;
    BhRadioScanState scan;
    char *last_error;
    char *power_error;
    guint32 scan_interval_us;
    guint32 scan_window_us;

    guint64 heard;
    gint64 last_heard_us;
    BhRecovery recovery;
    BhRecovery before_cycle; /* as it was before the power-cycle under way */
    BhTimer *recovery_timer;
    gboolean cycling; /* a power-cycle is under way */
    gboolean silent;
};

enum {
    SIGNAL_CHANGED,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhAdapter, bh_adapter, G_TYPE_OBJECT)

static const char *const state_names[] = {
    [BH_ADAPTER_OFF] = "off",
    [BH_ADAPTER_IDLE] = "idle",
    [BH_ADAPTER_STARTING] = "starting",
    [BH_ADAPTER_SCANNING] = "scanning",
    [BH_ADAPTER_SILENT] = "silent",
};

static void
set_silent(BhAdapter *self, gboolean silent)
{
    if (self->silent == silent)
        return;
    self->silent = silent;
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

/* Recovery */

static void schedule_check(BhAdapter *self, gint64 next_us);
static void check(gpointer user_data);

/* What carries a link was not switched off: it did not use up the back-off either. */
static void
give_back_cycle(BhAdapter *self, const GError *error)
{
    if (!g_error_matches(error, BH_ERROR, BH_ERROR_NOT_SUPPORTED))
        return;
    self->recovery.last_power_cycle_us = self->before_cycle.last_power_cycle_us;
    self->recovery.power_cycle_backoff_us = self->before_cycle.power_cycle_backoff_us;
}

static void
on_power_cycled(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhAdapter) self = user_data;
    g_autoptr(GError) error = NULL;

    self->cycling = FALSE;
    if (!bh_radio_power_cycle_finish(BH_RADIO(source), result, &error)) {
        give_back_cycle(self, error);
        if (!g_error_matches(error, BH_ERROR, BH_ERROR_CANCELLED))
            bh_log_adapter(G_LOG_LEVEL_MESSAGE,
                           BH_MESSAGE_RECOVERY,
                           self->address_text,
                           "adapter %s is silent and was not power-cycled: %s",
                           self->address_text,
                           error->message);
        return;
    }
    self->ledger->power_cycles++;
}

static void
power_cycle(BhAdapter *self)
{
    bh_log_adapter(G_LOG_LEVEL_MESSAGE,
                   BH_MESSAGE_RECOVERY,
                   self->address_text,
                   "adapter %s stays silent: switching it off and on",
                   self->address_text);
    self->cycling = TRUE;
    bh_radio_power_cycle_async(self->radio,
                               self->slot,
                               self->cancellable,
                               on_power_cycled,
                               g_object_ref(self));
}

static void
restart_discovery(BhAdapter *self)
{
    bh_log_adapter(G_LOG_LEVEL_MESSAGE,
                   BH_MESSAGE_RECOVERY,
                   self->address_text,
                   "adapter %s is silent: restarting the discovery",
                   self->address_text);
    self->ledger->restarts++;
    bh_radio_restart_scan(self->radio, self->slot);
}

static void
schedule_check(BhAdapter *self, gint64 next_us)
{
    gint64 delay_us = next_us - bh_clock_now_us(self->clock);

    bh_clear_timer(&self->recovery_timer);
    self->recovery_timer = bh_clock_call_in(self->clock, MAX(delay_us, 0) / 1000 + 1, check, self);
}

static void
check(gpointer user_data)
{
    BhAdapter *self = user_data;
    gint64 next_us = 0;
    BhRecoveryAction action;

    bh_clear_timer(&self->recovery_timer);
    if (!self->cycling)
        self->before_cycle = self->recovery;
    action = bh_recovery_check(&self->recovery,
                               &self->ledger->policy,
                               self->ledger->may_power_cycle && !self->cycling,
                               bh_clock_now_us(self->clock),
                               &next_us);
    schedule_check(self, next_us);
    if (action == BH_RECOVERY_NONE)
        return;
    set_silent(self, TRUE);
    if (action == BH_RECOVERY_POWER_CYCLE)
        power_cycle(self);
    else
        restart_discovery(self);
}

static void
follow_scan(BhAdapter *self)
{
    if (self->cycling)
        return; /* our own doing, not a gap */
    if (self->scan == BH_RADIO_SCAN_OFF) {
        bh_clear_timer(&self->recovery_timer);
        self->silent = FALSE;
        return;
    }
    if (self->scan != BH_RADIO_SCAN_RUNNING || self->recovery_timer != NULL)
        return;
    bh_recovery_start(&self->recovery, bh_clock_now_us(self->clock));
    schedule_check(self, bh_clock_now_us(self->clock) + self->ledger->policy.silent_us);
}

/* What the radio tells */

static gboolean
differs(BhAdapter *self, const BhRadioAdapter *seen)
{
    return self->name == NULL || g_strcmp0(self->name, seen->name) != 0 ||
           self->powered != seen->powered || self->discovering != seen->discovering ||
           self->scan != seen->scan || self->scan_interval_us != seen->scan_interval_us ||
           self->scan_window_us != seen->scan_window_us ||
           g_strcmp0(self->last_error, seen->scan_error) != 0 ||
           g_strcmp0(self->power_error, seen->power_error) != 0 ||
           !g_strv_equal((const char *const *)self->roles, seen->roles);
}

void
bh_adapter_update(BhAdapter *self, const BhRadioAdapter *seen)
{
    static const char *const no_roles[] = {NULL};
    BhRadioAdapter copy = *seen;

    if (copy.roles == NULL)
        copy.roles = no_roles;
    if (!differs(self, &copy))
        return;
    self->address = copy.address;
    bh_address_format(&self->address, self->address_text);
    g_free(self->name);
    self->name = g_strdup(copy.name);
    self->powered = copy.powered;
    self->discovering = copy.discovering;
    g_strfreev(self->roles);
    self->roles = g_strdupv((char **)copy.roles);
    self->scan = copy.scan;
    g_free(self->last_error);
    self->last_error = g_strdup(copy.scan_error);
    g_free(self->power_error);
    self->power_error = g_strdup(copy.power_error);
    self->scan_interval_us = copy.scan_interval_us;
    self->scan_window_us = copy.scan_window_us;
    follow_scan(self);
    g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

void
bh_adapter_heard(BhAdapter *self, const BhReport *report)
{
    self->heard++;
    self->last_heard_us = report->realtime_us;
    bh_recovery_heard(&self->recovery, report->monotonic_us);
    if (G_UNLIKELY(self->silent))
        set_silent(self, FALSE);
}

void
bh_adapter_stop(BhAdapter *self)
{
    g_autoptr(GCancellable) ended = g_steal_pointer(&self->cancellable);

    self->cancellable = g_cancellable_new();
    bh_clear_timer(&self->recovery_timer);
    self->powered = FALSE;
    self->scan = BH_RADIO_SCAN_OFF;
    self->scan_interval_us = 0;
    self->scan_window_us = 0;
    self->silent = FALSE;
    g_cancellable_cancel(ended);
}

/* Getters */

guint8
bh_adapter_get_slot(BhAdapter *self)
{
    return self->slot;
}

const BhAddress *
bh_adapter_get_address(BhAdapter *self)
{
    return &self->address;
}

const char *
bh_adapter_get_address_text(BhAdapter *self)
{
    return self->address_text;
}

const char *
bh_adapter_get_name(BhAdapter *self)
{
    return self->name;
}

gboolean
bh_adapter_get_powered(BhAdapter *self)
{
    return self->powered;
}

gboolean
bh_adapter_get_discovering(BhAdapter *self)
{
    return self->discovering;
}

gboolean
bh_adapter_is_scanning(BhAdapter *self)
{
    return self->scan == BH_RADIO_SCAN_RUNNING;
}

const char *const *
bh_adapter_get_roles(BhAdapter *self)
{
    return (const char *const *)self->roles;
}

static BhAdapterState
current_state(BhAdapter *self)
{
    if (!self->powered)
        return BH_ADAPTER_OFF;
    if (self->silent)
        return BH_ADAPTER_SILENT;
    if (self->scan == BH_RADIO_SCAN_STARTING)
        return BH_ADAPTER_STARTING;
    return self->scan == BH_RADIO_SCAN_RUNNING ? BH_ADAPTER_SCANNING : BH_ADAPTER_IDLE;
}

const char *
bh_adapter_get_state(BhAdapter *self)
{
    return state_names[current_state(self)];
}

const char *
bh_adapter_get_last_error(BhAdapter *self)
{
    return self->last_error != NULL ? self->last_error : "";
}

const char *
bh_adapter_get_power_error(BhAdapter *self)
{
    return self->power_error;
}

guint64
bh_adapter_get_heard(BhAdapter *self)
{
    return self->heard;
}

void
bh_adapter_get_scan_duty(BhAdapter *self, guint32 *interval_us, guint32 *window_us)
{
    *interval_us = self->scan_interval_us;
    *window_us = self->scan_window_us;
}

gint64
bh_adapter_get_last_heard_us(BhAdapter *self)
{
    return self->last_heard_us;
}

static void
bh_adapter_dispose(GObject *object)
{
    BhAdapter *self = BH_ADAPTER(object);

    bh_adapter_stop(self);
    G_OBJECT_CLASS(bh_adapter_parent_class)->dispose(object);
}

static void
bh_adapter_finalize(GObject *object)
{
    BhAdapter *self = BH_ADAPTER(object);

    g_object_unref(self->cancellable);
    bh_clock_unref(self->clock);
    g_free(self->name);
    g_strfreev(self->roles);
    g_free(self->last_error);
    g_free(self->power_error);
    G_OBJECT_CLASS(bh_adapter_parent_class)->finalize(object);
}

static void
bh_adapter_class_init(BhAdapterClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_adapter_dispose;
    G_OBJECT_CLASS(klass)->finalize = bh_adapter_finalize;
    signals[SIGNAL_CHANGED] = bh_signal_new(BH_TYPE_ADAPTER, "changed", 0);
}

static void
bh_adapter_init(BhAdapter *self)
{
    self->cancellable = g_cancellable_new();
    self->roles = g_new0(char *, 1);
}

BhAdapter *
bh_adapter_new(guint8 slot, BhRadio *radio, BhClock *clock, BhRecoveryLedger *ledger)
{
    BhAdapter *self = g_object_new(BH_TYPE_ADAPTER, NULL);

    self->slot = slot;
    self->radio = radio;
    self->clock = bh_clock_ref(clock);
    self->ledger = ledger;
    return self;
}
