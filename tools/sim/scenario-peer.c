/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The keys of a device group that say how the device behaves on a link. */
#include "scenario-gatt.h"

#define MAX_TIME_MS 1e9
#define MTU_MIN 23
#define MTU_MAX 517
#define MTU_DEFAULT 247
#define CONNECT_US_DEFAULT 20000
#define DISCOVER_US_DEFAULT 100000
#define OPERATION_US_DEFAULT 15000
#define SUPERVISION_US_DEFAULT 420000 /* the kernel's default */
#define PAIR_US_DEFAULT 200000
#define PASSKEY_MAX 999999
#define PASSKEY_DEFAULT 123456

static gboolean
read_connect(gpointer draft, const char *text, GError **error)
{
    static const char *const words[] = {[BH_CONNECT_ACCEPT] = "accept",
                                        [BH_CONNECT_SILENT] = "silent",
                                        [BH_CONNECT_LOST] = "lost",
                                        [BH_CONNECT_PHANTOM] = "phantom",
                                        NULL};

    return bh_text_to_choice(text, words, &((BhPeerRules *)draft)->connect, error);
}

static gboolean
read_discovery(gpointer draft, const char *text, GError **error)
{
    static const char *const words[] = {[BH_DISCOVERY_OK] = "ok",
                                        [BH_DISCOVERY_NEVER] = "never",
                                        [BH_DISCOVERY_EMPTY] = "empty",
                                        NULL};

    return bh_text_to_choice(text, words, &((BhPeerRules *)draft)->discovery, error);
}

static gboolean
read_drop_at(gpointer draft, const char *text, GError **error)
{
    static const char *const words[] = {[BH_DROP_NOWHERE] = "nowhere",
                                        [BH_DROP_DISCOVERY] = "discovery",
                                        [BH_DROP_READ] = "read",
                                        [BH_DROP_WRITE] = "write",
                                        [BH_DROP_SUBSCRIBE] = "subscribe",
                                        [BH_DROP_PAIRING] = "pairing",
                                        NULL};

    return bh_text_to_choice(text, words, &((BhPeerRules *)draft)->drop_at, error);
}

static gboolean
read_pairing(gpointer draft, const char *text, GError **error)
{
    static const char *const words[] = {[BH_PAIRING_REFUSED] = "refused",
                                        [BH_PAIRING_JUST_WORKS] = "just-works",
                                        [BH_PAIRING_COMPARISON] = "comparison",
                                        [BH_PAIRING_DISPLAYED] = "displayed",
                                        [BH_PAIRING_ENTERED] = "entered",
                                        [BH_PAIRING_SILENT] = "silent",
                                        NULL};

    return bh_text_to_choice(text, words, &((BhPeerRules *)draft)->pairing, error);
}

static gboolean
read_time(gint64 *us, const char *text, GError **error)
{
    return bh_text_to_us(text, 0, MAX_TIME_MS, us, error);
}

static gboolean
read_connect_ms(gpointer draft, const char *text, GError **error)
{
    return read_time(&((BhPeerRules *)draft)->connect_us, text, error);
}

static gboolean
read_discover_ms(gpointer draft, const char *text, GError **error)
{
    return read_time(&((BhPeerRules *)draft)->discover_us, text, error);
}

static gboolean
read_operation_ms(gpointer draft, const char *text, GError **error)
{
    return read_time(&((BhPeerRules *)draft)->operation_us, text, error);
}

static gboolean
read_drop_after_ms(gpointer draft, const char *text, GError **error)
{
    return read_time(&((BhPeerRules *)draft)->drop_after_us, text, error);
}

static gboolean
read_supervision_ms(gpointer draft, const char *text, GError **error)
{
    return read_time(&((BhPeerRules *)draft)->supervision_us, text, error);
}

static gboolean
read_pair_ms(gpointer draft, const char *text, GError **error)
{
    return read_time(&((BhPeerRules *)draft)->pair_us, text, error);
}

static gboolean
read_mtu(gpointer draft, const char *text, GError **error)
{
    gint64 value = 0;

    if (!bh_text_to_int(text, MTU_MIN, MTU_MAX, &value, error))
        return FALSE;
    ((BhPeerRules *)draft)->mtu = (guint16)value;
    return TRUE;
}

static gboolean
read_passkey(gpointer draft, const char *text, GError **error)
{
    gint64 value = 0;

    if (!bh_text_to_int(text, 0, PASSKEY_MAX, &value, error))
        return FALSE;
    ((BhPeerRules *)draft)->passkey = (guint32)value;
    return TRUE;
}

static gboolean
read_mitm(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_boolean(text, &((BhPeerRules *)draft)->mitm, error);
}

static gboolean
read_advertise_connected(gpointer draft, const char *text, GError **error)
{
    return bh_text_to_boolean(text, &((BhPeerRules *)draft)->advertises_connected, error);
}

static const BhKey KEYS[] = {
    {"Connect", read_connect},
    {"ConnectMs", read_connect_ms},
    {"Discovery", read_discovery},
    {"DiscoverMs", read_discover_ms},
    {"OperationMs", read_operation_ms},
    {"MTU", read_mtu},
    {"DropAfterMs", read_drop_after_ms},
    {"DropAt", read_drop_at},
    {"SupervisionMs", read_supervision_ms},
    {"Pairing", read_pairing},
    {"PairMs", read_pair_ms},
    {"Passkey", read_passkey},
    {"RequireMITM", read_mitm},
    {"AdvertiseConnected", read_advertise_connected},
};

BhKeySet
bh_peer_rules_keys(BhPeerRules *rules)
{
    return (BhKeySet){KEYS, G_N_ELEMENTS(KEYS), rules};
}

void
bh_peer_rules_init(BhPeerRules *rules)
{
    *rules = (BhPeerRules){.connect_us = CONNECT_US_DEFAULT,
                           .discover_us = DISCOVER_US_DEFAULT,
                           .operation_us = OPERATION_US_DEFAULT,
                           .mtu = MTU_DEFAULT,
                           .supervision_us = SUPERVISION_US_DEFAULT,
                           .pairing = BH_PAIRING_JUST_WORKS,
                           .pair_us = PAIR_US_DEFAULT,
                           .passkey = PASSKEY_DEFAULT};
}
