/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A scenario: which controllers there are, which devices advertise what and when, and what goes
 * wrong. Read from a keyfile (blehub-sim.scenario(5)); shared by the D-Bus simulator and the
 * virtual controller. Everything is checked while it is read, a Count= is expanded into single
 * devices, and payloads are put together, so that what is here only has to be played.
 */
#include "fading.h"
#include "rssi.h"
#include "scenario-gatt.h"

#include "bh-rpa.h"

G_BEGIN_DECLS

/* Random numbers for an address that is made with an IRK, beginning at 1: all bits 0 and all bits 1
 * are forbidden (Core 5.4 Vol 6 Part B 1.3.2.2). */
#define BH_SCENARIO_PRANDS ((1 << BH_RPA_PRAND_BITS) - 2)
#define BH_LEGACY_PAYLOAD_MAX 31 /* bytes of legacy advertising data or scan response */

/** Advertising PDUs, Core 5.4 Vol 6 Part B 2.3.1. */
typedef enum {
    BH_PDU_CONNECTABLE,    /* ADV_IND */
    BH_PDU_SCANNABLE,      /* ADV_SCAN_IND */
    BH_PDU_NONCONNECTABLE, /* ADV_NONCONN_IND */
} BhPduKind;

gboolean bh_pdu_kind_from_string(const char *text, BhPduKind *pdu, GError **error);

typedef struct {
    char *group;       /* name of the group; clones of a Count= share it */
    guint index;       /* 0 ... Count - 1 */
    BhAddress address; /* the first */
    BhRpaKey *irk;     /* its addresses are made with it; NULL = they are not */
    BhPduKind pdu;
    GByteArray *advertising;
    GByteArray *scan_response;
    gint counter_offset; /* of 4 bytes, little-endian, in advertising; -1 = none */
    gint64 interval_us;
    BhRssiModel rssi;
    gint64 path_offset_us; /* how far a clone is ahead of the one before on their path */
    BhFading fading;
    gint64 arrive_us;
    gint64 depart_us;     /* G_MAXINT64 = stays */
    gint64 rotate_us;     /* a new random address so often; 0 = never */
    guint rotate_reports; /* a new random address after so many advertisements; 0 = never */
    GStrv adapters;       /* groups or addresses of those who hear it, NULL = all */
    BhPeerRules peer;
    GPtrArray *attributes; /* BhScenarioAttribute; shared by the clones of a group */
} BhScenarioDevice;        /* reference-counted with g_rc_box */

void bh_scenario_device_unref(BhScenarioDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhScenarioDevice, bh_scenario_device_unref)

/** What a controller's duplicate filter takes for a duplicate. */
typedef enum {
    BH_DUPLICATE_ADDRESS, /* same address and PDU: a strict controller */
    BH_DUPLICATE_DATA,    /* the same, and the same payload */
} BhDuplicateRule;

typedef struct {
    char *group;
    BhAddress address;
    char *name;
    gboolean powered;
    gint index; /* N of hciN, -1 = lowest free */
    BhDuplicateRule duplicates;
    gboolean monitor; /* an advertisement monitor is registered */
    guint links;      /* as many as the controller has room for */
    gint64 connect_timeout_us;
} BhScenarioAdapter;

void bh_scenario_adapter_free(BhScenarioAdapter *adapter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhScenarioAdapter, bh_scenario_adapter_free)

/** Whether a device's list of adapters has this one. */
gboolean bh_scenario_device_is_heard_by(const BhScenarioDevice *device,
                                        const char *group,
                                        const BhAddress *address);

typedef enum {
    BH_FAULT_ADAPTER_REMOVE,
    BH_FAULT_ADAPTER_ADD,
    BH_FAULT_POWER_OFF,
    BH_FAULT_POWER_ON,
    BH_FAULT_DISCOVERY_STALL, /* silent until a discovery is started anew */
    BH_FAULT_RADIO_STALL,     /* silent until power off and on */
    BH_FAULT_SILENT,          /* silent until unplugged */
    BH_FAULT_RESUME,          /* ends a stall */
    BH_FAULT_BLUEZ_EXIT,
    BH_FAULT_BLUEZ_RETURN,
} BhFaultKind;

typedef struct {
    char *group;
    BhFaultKind kind;
    gint64 at_us;
    gint64 for_us; /* undone after so long, 0 = never */
    char *adapter; /* group or address, NULL = all */
    gint index;    /* of an adapter that is added, -1 = as before */
} BhScenarioFault;

void bh_scenario_fault_free(BhScenarioFault *fault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhScenarioFault, bh_scenario_fault_free)

typedef struct {
    guint32 seed;
    GPtrArray *adapters; /* BhScenarioAdapter */
    GPtrArray *devices;  /* BhScenarioDevice */
    GPtrArray *faults;   /* BhScenarioFault */
} BhScenario;

void bh_scenario_free(BhScenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhScenario, bh_scenario_free)

/** Error: BH_ERROR_INVALID_ARGUMENTS "file: [group] key: reason". */
BhScenario *bh_scenario_load(const char *path, GError **error);
/** Error: BH_ERROR_INVALID_ARGUMENTS "[group] key: reason". */
BhScenario *bh_scenario_parse(const char *text, GError **error);

/** The devices of one group given as D-Bus options (array of BhScenarioDevice). Error: "key:
 * reason". */
GPtrArray *bh_scenario_devices_from_options(const char *name, GVariant *options, GError **error);
BhScenarioAdapter *
bh_scenario_adapter_from_options(const char *name, GVariant *options, GError **error);

G_END_DECLS
