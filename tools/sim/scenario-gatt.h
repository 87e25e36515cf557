/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a scenario says of a device that can be connected: how it behaves on a link, and the
 * services, characteristics and descriptors of its GATT server, each with its value and what goes
 * wrong with it. Attributes are a flat list in the order of the file; each is named by its path
 * below the device, so that the parent's name is a prefix of its children's.
 */
#include "keys.h"

#include "bh-gatt.h"

G_BEGIN_DECLS

/** What becomes of an attempt to connect. */
typedef enum {
    BH_CONNECT_ACCEPT,
    BH_CONNECT_SILENT,  /* the device advertises but never answers */
    BH_CONNECT_LOST,    /* the link is up and lost at once: failed to be established */
    BH_CONNECT_PHANTOM, /* BlueZ reports success although there is no link */
} BhConnectRule;

/** What becomes of BlueZ's discovery of services. */
typedef enum {
    BH_DISCOVERY_OK,
    BH_DISCOVERY_NEVER, /* it does not end */
    BH_DISCOVERY_EMPTY, /* it fails: resolved, but there are no services */
} BhDiscoveryRule;

/** In the middle of what the device drops the link. */
typedef enum {
    BH_DROP_NOWHERE,
    BH_DROP_DISCOVERY,
    BH_DROP_READ,
    BH_DROP_WRITE,
    BH_DROP_SUBSCRIBE,
    BH_DROP_PAIRING,
} BhDropPoint;

/** How the device pairs, where the other side's capabilities allow it. */
typedef enum {
    BH_PAIRING_REFUSED,
    BH_PAIRING_JUST_WORKS,
    BH_PAIRING_COMPARISON, /* both show a number */
    BH_PAIRING_DISPLAYED,  /* we show a number that is typed on the device */
    BH_PAIRING_ENTERED,    /* the device shows a number that is typed here */
    BH_PAIRING_SILENT,     /* begins, and the device says no more */
} BhPairingRule;

typedef struct {
    BhConnectRule connect;
    gint64 connect_us; /* from the advertisement to the link */
    BhDiscoveryRule discovery;
    gint64 discover_us;
    gint64 operation_us; /* a round trip of ATT */
    guint16 mtu;
    gint64 drop_after_us; /* the link lasts so long; 0 = for ever */
    BhDropPoint drop_at;
    gint64 supervision_us; /* until a device that vanished is missed */
    BhPairingRule pairing;
    gint64 pair_us;
    guint32 passkey;
    gboolean mitm;                 /* refuses pairing without a number */
    gboolean advertises_connected; /* goes on advertising while there is a link */
} BhPeerRules;

void bh_peer_rules_init(BhPeerRules *rules);
BhKeySet bh_peer_rules_keys(BhPeerRules *rules);

typedef enum {
    BH_ATTRIBUTE_SERVICE,
    BH_ATTRIBUTE_CHARACTERISTIC,
    BH_ATTRIBUTE_DESCRIPTOR,
} BhAttributeKind;

typedef enum {
    BH_SECURITY_NONE,
    BH_SECURITY_ENCRYPTED,
    BH_SECURITY_AUTHENTICATED, /* paired with a number */
} BhSecurity;

/** What a notification at an interval says. */
typedef enum {
    BH_NOTIFY_COUNTER, /* 32 bits, little-endian, from 0; then the rest of the value */
    BH_NOTIFY_RANDOM,  /* as many bytes as the value has */
    BH_NOTIFY_VALUE,   /* the value as it is */
} BhNotifyRule;

#define BH_CLAIMED_BY_UUID (-1) /* as BlueZ has it for this UUID */

typedef struct {
    BhAttributeKind kind;
    char *name; /* below the device: SERVICE[/CHARACTERISTIC[/DESCRIPTOR]] */
    BhUuid uuid;
    guint16 handle; /* 0 = the next free one */
    /* Of services */
    gboolean primary;
    gboolean present;
    gint claimed;
    /* Of characteristics */
    BhGattFlags flags;
    guint8 subscribe_error;
    gint64 notify_us; /* 0 = only when told */
    BhNotifyRule notify;
    guint notify_count; /* 0 = endless */
    char *echo;         /* characteristic of the same service that notifies what is written */
    /* Of characteristics and descriptors */
    GBytes *value;
    guint max_length;
    guint8 read_error;
    guint8 write_error;
    BhSecurity security;
    gint64 operation_us; /* -1 = the device's */
} BhScenarioAttribute;

BhScenarioAttribute *bh_scenario_attribute_new(BhAttributeKind kind, const char *name);
BhScenarioAttribute *bh_scenario_attribute_copy(const BhScenarioAttribute *attribute);
void bh_scenario_attribute_free(BhScenarioAttribute *attribute);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhScenarioAttribute, bh_scenario_attribute_free)

/** The keys of its kind. */
BhKeySet bh_scenario_attribute_keys(BhScenarioAttribute *attribute);

/** Whether a group's first word is that of an attribute. */
gboolean bh_scenario_is_attribute(const char *word);

/** Reads a group; name is its path below the device. Appends one, or a characteristic and its
 * client characteristic configuration. */
gboolean bh_scenario_read_attribute(GKeyFile *file,
                                    const char *group,
                                    const char *name,
                                    GPtrArray *attributes,
                                    GError **error);

G_END_DECLS
