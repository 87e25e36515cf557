/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The seam between the hub and whatever drives the controllers. The hub says what is wanted (level,
 * not edges: the last word counts, and the radio brings it back after every restart, re-plug or
 * power-off); the radio says what is there and what was heard. Adapters are known by slot, a small
 * number that belongs to an adapter's address, whatever index it comes back under; only when more
 * addresses were seen than there are slots, one that is away loses its slot to a new one.
 *
 * All calls and all sink functions run on the main context. The radio never calls the sink from
 * inside a call of the hub, except during bh_radio_start().
 */
#include <gio/gio.h>

#include "bh-link.h"
#include "bh-report.h"

G_BEGIN_DECLS

#define BH_RADIO_MAX_ADAPTERS 16

typedef enum {
    BH_RADIO_SCAN_OFF,      /* not wanted, or the adapter is off */
    BH_RADIO_SCAN_STARTING, /* wanted; being started, or failed and retried */
    BH_RADIO_SCAN_RUNNING,  /* our discovery is confirmed */
} BhRadioScanState;

/* What is known of one adapter now; strings are borrowed for the call. */
typedef struct {
    guint8 slot;
    BhAddress address;
    const char *name; /* "hci0" */
    gboolean powered;
    gboolean discovering; /* by any program */
    const char *const *roles;
    BhRadioScanState scan;
    const char *scan_error;   /* why the last start failed; NULL after a success */
    const char *power_error;  /* why it could not be switched as wanted; NULL else */
    guint32 scan_interval_us; /* duty cycle in force on demand; 0 = the controller's own */
    guint32 scan_window_us;
} BhRadioAdapter;

/* What all scans of one adapter together ask of the controller. */
typedef struct {
    const BhUuid *uuids; /* n_uuids 0 = any */
    gsize n_uuids;
    gboolean has_rssi;
    gint rssi;             /* weakest wanted, dBm */
    gboolean passive;      /* no scan asks for scan responses */
    gboolean every_report; /* also those that say the same as the one before */
    guint32 interval_us;   /* duty cycle; 0 = the controller's own */
    guint32 window_us;
} BhRadioScanDemand;

/* What the hub wants of an adapter's power. */
typedef enum {
    BH_RADIO_POWER_ANY, /* nothing: it is left as it is */
    BH_RADIO_POWER_OFF, /* kept off, whoever has links on it */
    BH_RADIO_POWER_ON,  /* switched on now, and when BlueZ or the adapter comes back; what somebody
                           else switches off later stays off */
} BhRadioPower;

/* What the radio can do beyond the discovery of BlueZ. */
typedef enum {
    BH_RADIO_CAN_NOTHING_MORE = 0,
    BH_RADIO_CAN_RAW_DATA = 1 << 0,     /* reports are what was on the air, to the byte */
    BH_RADIO_CAN_EVERY_REPORT = 1 << 1, /* really every one; else as many as restarts bring */
    BH_RADIO_CAN_PASSIVE_SCAN = 1 << 2,
    BH_RADIO_CAN_SCAN_DUTY = 1 << 3,
    BH_RADIO_CAN_LINK_DETAILS = 1 << 4,    /* parameters and RSSI of links, and why they end */
    BH_RADIO_CAN_PAIR_CAPABILITY = 1 << 5, /* what is asked for is what is paired with */
} BhRadioCapabilities;

typedef struct {
    /* BlueZ came (with its version if it can be told, else NULL), told its version later, or went.
     * When it goes every adapter has been removed before. */
    void (*bluez_changed)(gpointer data, gboolean present, const char *version);
    /* A new adapter, or something of BhRadioAdapter changed. */
    void (*adapter_changed)(gpointer data, const BhRadioAdapter *adapter);
    void (*adapter_removed)(gpointer data, guint8 slot);
    /* Called for every report; must be fast. */
    void (*report)(gpointer data, const BhReport *report);
    /* What it can do changed; at first it is nothing more. */
    void (*capabilities_changed)(gpointer data, BhRadioCapabilities capabilities);
    /* Something befell a link of anybody. */
    void (*link)(gpointer data, const BhLinkEvent *event);
    /* Once: what is there at start-up has been told (also when BlueZ is not there). */
    void (*synced)(gpointer data);
} BhRadioSink;

/* Counters the radio keeps; read when wanted. */
typedef struct {
    guint64 discovery_starts;
    guint64 discovery_failures;
    guint64 discovery_refreshes; /* stopped and started for every report's sake */
    guint64 malformed;           /* reports with fields that make no sense, left out */
    guint64 kernel_drops;        /* reports the kernel threw away because we read too slowly */
} BhRadioCounters;

#define BH_TYPE_RADIO (bh_radio_get_type())
G_DECLARE_INTERFACE(BhRadio, bh_radio, BH, RADIO, GObject)

struct _BhRadioInterface {
    GTypeInterface parent;

    void (*start)(BhRadio *self, const BhRadioSink *sink, gpointer sink_data);
    void (*stop)(BhRadio *self);
    void (*set_scan)(BhRadio *self, guint8 slot, const BhRadioScanDemand *demand);
    gboolean (*check_scan)(BhRadio *self, const BhRadioScanDemand *demand, GError **error);
    void (*set_power)(BhRadio *self, guint8 slot, BhRadioPower power);
    void (*restart_scan)(BhRadio *self, guint8 slot);
    void (*set_batch)(BhRadio *self, guint batch_ms);
    void (*power_cycle_async)(BhRadio *self,
                              guint8 slot,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
    gboolean (*power_cycle_finish)(BhRadio *self, GAsyncResult *result, GError **error);
    void (*check_async)(BhRadio *self,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
    gboolean (*check_finish)(BhRadio *self, GAsyncResult *result, GError **error);
    void (*get_counters)(BhRadio *self, BhRadioCounters *counters);
};

/* Starts telling; sink is borrowed: outlives the radio's stop(). */
void bh_radio_start(BhRadio *self, const BhRadioSink *sink, gpointer sink_data);

/* Stops scanning and telling. The sink is not called afterwards. */
void bh_radio_stop(BhRadio *self);

/* Wants a scan on an adapter, present or not; demand NULL = no scan. The demand is copied. A demand
 * equal to the one in force changes nothing on the air. */
void bh_radio_set_scan(BhRadio *self, guint8 slot, const BhRadioScanDemand *demand);

/* Whether what a scan demands can be done here at all. NotSupported, saying what cannot, and why.
 */
gboolean bh_radio_check_scan(BhRadio *self, const BhRadioScanDemand *demand, GError **error);

/* Wants an adapter on or off, present or not; BH_RADIO_POWER_ANY until it is told. The adapter's
 * "powered" says when it is so, "power_error" why it is not; what failed is tried again. A power
 * cycle under way ends by it. What this keeps off is switched on again by bh_radio_stop(). */
void bh_radio_set_power(BhRadio *self, guint8 slot, BhRadioPower power);

/* Stops and starts a running discovery (first rung of recovery). Nothing if none runs. */
void bh_radio_restart_scan(BhRadio *self, guint8 slot);

/* How long a report may wait to be handed over together with others, at most; 0 = not at all. The
 * radio has its own bound, which holds until it is told. */
void bh_radio_set_batch(BhRadio *self, guint batch_ms);

/* Switches the adapter off and on (second rung). NotSupported if the adapter carries a link of
 * anybody, NotReady if it is gone or off, Timeout after 10 s. */
void bh_radio_power_cycle_async(BhRadio *self,
                                guint8 slot,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean bh_radio_power_cycle_finish(BhRadio *self, GAsyncResult *result, GError **error);

/* Makes sure that the way to the radio answers (a round trip to the bus, 5 s); for the watchdog. */
void bh_radio_check_async(BhRadio *self,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean bh_radio_check_finish(BhRadio *self, GAsyncResult *result, GError **error);

void bh_radio_get_counters(BhRadio *self, BhRadioCounters *counters);

G_END_DECLS
