/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is known of our session in BlueZ has three values, since a call without an answer may have
 * taken effect: none, running, or perhaps. "Perhaps" is cleared by StopDiscovery, whose failure is
 * as good as its success: afterwards there is none. It covers a session left over (InProgress), a
 * start that was never answered, and a Discovering that turned false while we believed to run.
 *
 * Waiting happens only in back-off after a failure, and before a start while the kernel is being
 * prepared for it. An adapter without power is not asked again: its Powered says when.
 *
 * A refresh stops and starts a session that is fine, because only a scan that starts has an empty
 * duplicate filter and looks at the kernel's settings anew. Nobody is told: the scan goes on.
 */
#include "bh-bluez-discovery.h"

#include "bh-bluez-error.h"
#include "bh-bluez-names.h"

typedef enum {
    SESSION_NONE,
    SESSION_PERHAPS,
    SESSION_RUNNING,
} Session;

typedef enum {
    CALL_NONE,
    CALL_FILTER,
    CALL_START,
    CALL_STOP,
} Call;

struct BhBluezDiscovery {
    BhBluezBus *bus;             /* borrowed: outlives this */
    const BhBluezTiming *timing; /* borrowed: outlives this */
    BhRadioCounters *counters;   /* borrowed: outlives this */
    BhBluezReconcileFunc changed;
    gpointer data;

    char *path; /* NULL = the adapter is not there */
    gboolean powered;
    gboolean discovering;

    BhBluezDemand *wanted;  /* NULL = no scan */
    BhBluezDemand *finding; /* of everything; NULL = looks for nothing */
    BhBluezDemand *sent;    /* of the SetDiscoveryFilter under way */
    BhBluezDemand *applied; /* what BlueZ has of us; NULL = not known */
    Session session;
    gboolean confirmed;      /* Discovering was true in this session */
    gboolean restart;        /* stop a running session once */
    gboolean refresh;        /* the same, without anybody being told */
    gboolean refreshing;     /* stopped for that, and not started again yet */
    gboolean held;           /* do not start now */
    gboolean spared;         /* what is wanted is served without */
    guint refresh_ms;        /* how often to refresh by oneself; 0 = not */
    guint refresh_timer;     /* of the running session; 0 = none */
    gboolean cleared;        /* a left-over session was stopped, and no start succeeded since */
    gint64 running_since_us; /* of the running session */
    Call call;
    sd_bus_slot *slot; /* of call */
    guint timer;       /* back-off; 0 = none */
    guint failures;    /* in a row */
    char *error;
};

/* What BlueZ is to have; NULL = no discovery. */
static const BhBluezDemand *
peek_target(const BhBluezDiscovery *self)
{
    if (self->finding != NULL)
        return self->finding;
    return self->spared ? NULL : self->wanted;
}

static void
forget_session(BhBluezDiscovery *self)
{
    g_clear_pointer(&self->slot, sd_bus_slot_unref);
    g_clear_pointer(&self->sent, bh_bluez_demand_free);
    g_clear_pointer(&self->applied, bh_bluez_demand_free);
    g_clear_handle_id(&self->timer, g_source_remove);
    g_clear_handle_id(&self->refresh_timer, g_source_remove);
    g_clear_pointer(&self->error, g_free);
    self->call = CALL_NONE;
    self->session = SESSION_NONE;
    self->restart = FALSE;
    self->refresh = FALSE;
    self->refreshing = FALSE;
    self->cleared = FALSE;
    self->failures = 0;
}

/* Refreshing */

static gboolean
on_refresh_timer(gpointer data)
{
    BhBluezDiscovery *self = data;

    self->refresh_timer = 0;
    bh_bluez_discovery_refresh(self);
    return G_SOURCE_REMOVE;
}

static void
arm_refresh(BhBluezDiscovery *self)
{
    g_clear_handle_id(&self->refresh_timer, g_source_remove);
    if (self->refresh_ms != 0 && self->session == SESSION_RUNNING)
        self->refresh_timer = g_timeout_add(self->refresh_ms, on_refresh_timer, self);
}

/* Sessions */

/* A session that lasted longer than any wait starts the waits anew. */
static void
forgive_failures(BhBluezDiscovery *self)
{
    gint64 lasted_us = g_get_monotonic_time() - self->running_since_us;

    if (self->session == SESSION_RUNNING && lasted_us > (gint64)self->timing->backoff_max_ms * 1000)
        self->failures = 0;
}

static void
set_session(BhBluezDiscovery *self, Session session)
{
    forgive_failures(self);
    self->session = session;
    self->confirmed = FALSE;
    self->restart = FALSE;
    if (session != SESSION_RUNNING)
        g_clear_pointer(&self->applied, bh_bluez_demand_free);
    arm_refresh(self);
}

static gboolean
is_lost(const BhBluezDiscovery *self)
{
    return self->session == SESSION_RUNNING && self->confirmed && !self->discovering;
}

static gboolean
on_timer(gpointer data)
{
    BhBluezDiscovery *self = data;

    self->timer = 0;
    if (is_lost(self) && self->call == CALL_NONE)
        set_session(self, SESSION_PERHAPS);
    self->changed(self->data);
    return G_SOURCE_REMOVE;
}

static void
back_off(BhBluezDiscovery *self)
{
    forgive_failures(self);
    g_clear_handle_id(&self->timer, g_source_remove);
    self->timer =
        g_timeout_add(bh_bluez_timing_backoff_ms(self->timing, self->failures), on_timer, self);
    self->failures++;
}

static void
fail(BhBluezDiscovery *self, char *text)
{
    self->refresh = FALSE;
    self->refreshing = FALSE;
    g_free(self->error);
    self->error = text;
    self->counters->discovery_failures++;
    back_off(self);
}

static void
on_filter_answer(BhBluezDiscovery *self, const sd_bus_error *error)
{
    g_autoptr(BhBluezDemand) sent = g_steal_pointer(&self->sent);

    if (error != NULL) {
        fail(self, bh_bluez_error_dup_text(error));
        return;
    }
    g_clear_pointer(&self->applied, bh_bluez_demand_free);
    self->applied = g_steal_pointer(&sent);
}

static void
on_started(BhBluezDiscovery *self)
{
    set_session(self, SESSION_RUNNING);
    g_clear_pointer(&self->error, g_free);
    self->confirmed = self->discovering;
    self->cleared = FALSE;
    self->running_since_us = g_get_monotonic_time();
    self->counters->discovery_starts += !self->refreshing;
    self->counters->discovery_refreshes += self->refreshing;
    self->refreshing = FALSE;
}

/* InProgress means a session of ours that we do not know of, or that BlueZ is busy with somebody
 * else's. The first time it is taken for the former, which costs no wait. */
static void
on_start_answer(BhBluezDiscovery *self, const sd_bus_error *error)
{
    if (error == NULL) {
        on_started(self);
        return;
    }
    gboolean busy = bh_bluez_error_is_in_progress(error);
    set_session(self, busy || bh_bluez_error_is_timeout(error) ? SESSION_PERHAPS : SESSION_NONE);
    if (busy && !self->cleared) {
        self->cleared = TRUE;
        return;
    }
    self->cleared = FALSE;
    fail(self, bh_bluez_error_dup_text(error));
}

static void
on_stop_answer(BhBluezDiscovery *self, const sd_bus_error *error)
{
    if (error != NULL &&
        (bh_bluez_error_is_in_progress(error) || bh_bluez_error_is_timeout(error))) {
        set_session(self, SESSION_PERHAPS);
        fail(self, bh_bluez_error_dup_text(error));
        return;
    }
    set_session(self, SESSION_NONE);
}

static void
on_answer(BhBluezDiscovery *self, const sd_bus_error *error)
{
    Call call = self->call;

    self->call = CALL_NONE;
    switch (call) {
    case CALL_FILTER:
        on_filter_answer(self, error);
        break;
    case CALL_START:
        on_start_answer(self, error);
        break;
    case CALL_STOP:
        on_stop_answer(self, error);
        break;
    case CALL_NONE:
        g_assert_not_reached();
    }
    self->changed(self->data);
}

static int
on_reply(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezDiscovery *self = data;

    g_clear_pointer(&self->slot, sd_bus_slot_unref);
    on_answer(self, sd_bus_message_get_error(message));
    return 1;
}

static sd_bus_message *
new_message(BhBluezDiscovery *self, Call call)
{
    static const char *const members[] = {
        [CALL_FILTER] = "SetDiscoveryFilter",
        [CALL_START] = "StartDiscovery",
        [CALL_STOP] = "StopDiscovery",
    };
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(self->bus, self->path, BH_BLUEZ_ADAPTER, members[call]);

    if (message != NULL && call == CALL_FILTER &&
        bh_bluez_demand_append(peek_target(self), message) < 0)
        return NULL;
    return g_steal_pointer(&message);
}

static gboolean
may_refresh(const BhBluezDiscovery *self)
{
    return self->refresh && self->session == SESSION_RUNNING && !self->held;
}

static void
make_call(BhBluezDiscovery *self, Call call)
{
    g_autoptr(sd_bus_message) message = new_message(self, call);

    self->call = call;
    if (call == CALL_FILTER)
        self->sent = bh_bluez_demand_copy(peek_target(self));
    if (call == CALL_STOP) {
        self->refreshing = may_refresh(self) && peek_target(self) != NULL;
        self->refresh = FALSE;
    }
    self->slot = bh_bluez_bus_send(self->bus, message, self->timing->call_ms, on_reply, self);
    if (self->slot == NULL) {
        const sd_bus_error failed =
            SD_BUS_ERROR_MAKE_CONST(SD_BUS_ERROR_FAILED, "the call could not be sent");
        on_answer(self, &failed);
    }
}

static Call
choose_call(const BhBluezDiscovery *self)
{
    if (peek_target(self) == NULL)
        return self->session == SESSION_NONE ? CALL_NONE : CALL_STOP;
    if (self->session == SESSION_PERHAPS || self->restart || may_refresh(self))
        return CALL_STOP;
    if (self->held && self->session != SESSION_RUNNING)
        return CALL_NONE;
    if (!bh_bluez_demand_equal(peek_target(self), self->applied))
        return CALL_FILTER;
    return self->session == SESSION_RUNNING ? CALL_NONE : CALL_START;
}

void
bh_bluez_discovery_reconcile(BhBluezDiscovery *self)
{
    if (self->path == NULL || !self->powered || self->call != CALL_NONE || self->timer != 0)
        return;
    Call call = choose_call(self);
    if (call != CALL_NONE)
        make_call(self, call);
    else if (is_lost(self))
        back_off(self);
}

static void
end_waiting(BhBluezDiscovery *self)
{
    g_clear_handle_id(&self->timer, g_source_remove);
    self->failures = 0;
    self->refresh = FALSE;
    self->refreshing = FALSE;
}

void
bh_bluez_discovery_set_demand(BhBluezDiscovery *self, const BhRadioScanDemand *demand)
{
    g_clear_pointer(&self->wanted, bh_bluez_demand_free);
    if (demand != NULL)
        self->wanted = bh_bluez_demand_new(demand);
    else
        end_waiting(self);
    self->changed(self->data);
}

void
bh_bluez_discovery_set_finding(BhBluezDiscovery *self, gboolean finding)
{
    const BhRadioScanDemand everything = {0};

    if (finding == (self->finding != NULL))
        return;
    g_clear_pointer(&self->finding, bh_bluez_demand_free);
    if (finding)
        self->finding = bh_bluez_demand_new(&everything);
    self->changed(self->data);
}

void
bh_bluez_discovery_set_spared(BhBluezDiscovery *self, gboolean spared)
{
    if (spared && !self->spared)
        end_waiting(self);
    self->spared = spared;
}

gboolean
bh_bluez_discovery_is_wanted(const BhBluezDiscovery *self)
{
    return self->wanted != NULL && !self->spared;
}

void
bh_bluez_discovery_set_adapter(BhBluezDiscovery *self,
                               const char *path,
                               gboolean powered,
                               gboolean discovering)
{
    if (path == NULL || !powered || g_strcmp0(path, self->path) != 0)
        forget_session(self);
    if (g_strcmp0(path, self->path) != 0) {
        g_free(self->path);
        self->path = g_strdup(path);
    }
    self->powered = path != NULL && powered;
    self->discovering = path != NULL && discovering;
    self->confirmed |= self->session == SESSION_RUNNING && self->discovering;
    self->changed(self->data);
}

void
bh_bluez_discovery_restart(BhBluezDiscovery *self)
{
    self->restart = self->session == SESSION_RUNNING;
    self->changed(self->data);
}

void
bh_bluez_discovery_refresh(BhBluezDiscovery *self)
{
    self->refresh = self->session == SESSION_RUNNING || self->call == CALL_START;
    self->changed(self->data);
}

void
bh_bluez_discovery_set_refresh(BhBluezDiscovery *self, guint every_ms)
{
    if (self->refresh_ms == every_ms)
        return;
    self->refresh_ms = every_ms;
    arm_refresh(self);
}

void
bh_bluez_discovery_set_held(BhBluezDiscovery *self, gboolean held)
{
    self->held = held;
}

void
bh_bluez_discovery_abandon(BhBluezDiscovery *self)
{
    if (self->path != NULL && (self->session != SESSION_NONE || self->call == CALL_START)) {
        g_autoptr(sd_bus_message) message = new_message(self, CALL_STOP);
        bh_bluez_bus_send_only(self->bus, message);
    }
    forget_session(self);
    g_clear_pointer(&self->wanted, bh_bluez_demand_free);
    g_clear_pointer(&self->finding, bh_bluez_demand_free);
}

BhRadioScanState
bh_bluez_discovery_get_state(const BhBluezDiscovery *self)
{
    if (!bh_bluez_discovery_is_wanted(self) || !self->powered)
        return BH_RADIO_SCAN_OFF;
    return self->session == SESSION_RUNNING || self->refreshing ? BH_RADIO_SCAN_RUNNING
                                                                : BH_RADIO_SCAN_STARTING;
}

const char *
bh_bluez_discovery_peek_error(const BhBluezDiscovery *self)
{
    return self->error;
}

BhBluezDiscovery *
bh_bluez_discovery_new(BhBluezBus *bus,
                       const BhBluezTiming *timing,
                       BhRadioCounters *counters,
                       BhBluezReconcileFunc changed,
                       gpointer data)
{
    BhBluezDiscovery *self = g_new0(BhBluezDiscovery, 1);

    self->bus = bus;
    self->timing = timing;
    self->counters = counters;
    self->changed = changed;
    self->data = data;
    return self;
}

void
bh_bluez_discovery_free(BhBluezDiscovery *self)
{
    forget_session(self);
    g_clear_pointer(&self->wanted, bh_bluez_demand_free);
    g_clear_pointer(&self->finding, bh_bluez_demand_free);
    g_free(self->path);
    g_free(self);
}
