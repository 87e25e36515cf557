/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * BlueZ says what it takes of the interval and the TX power with the interface of its advertising
 * manager; the kernel, with the list of its advertisements.
 */
#include "bh-bluez-advert-way.h"

#include "bh-error.h"

/* How often Linux sends what nobody can connect to, whatever it was told, by a controller without
 * extended advertising. */
#define LINUX_INTERVAL_MIN_US 100000
#define LINUX_INTERVAL_MAX_US 150000

/* What the options of a spec need of the kernel. */
static guint32
flags_of(const BhAdvertSpec *spec)
{
    return (spec->interval_us != 0 ? BH_MGMT_ADVERTISING_INTERVAL : 0) |
           (spec->has_tx_power ? BH_MGMT_ADVERTISING_TX_POWER : 0);
}

static gboolean
bluez_takes(const BhBluezServer *self, guint8 slot, guint32 flags)
{
    if ((flags & BH_MGMT_ADVERTISING_INTERVAL) != 0 && !bh_bluez_server_takes_interval(self, slot))
        return FALSE;
    return (flags & BH_MGMT_ADVERTISING_TX_POWER) == 0 ||
           bh_bluez_server_takes_tx_power(self, slot);
}

static BhMgmtAdvertsAbility
ask_kernel(const BhBluezServer *self, guint8 slot, guint32 flags)
{
    const BhMgmtAdverts *adverts = bh_bluez_server_peek_adapter(self, slot)->mgmt_adverts;

    return adverts != NULL ? bh_mgmt_adverts_get_ability(adverts, flags) : BH_MGMT_ADVERTS_REFUSED;
}

/* The first option that is in the way. */
static void
refuse(const BhBluezServer *self, guint8 slot, const BhAdvertSpec *spec, GError **error)
{
    const BhBluez *bluez = self->bluez;
    gboolean interval = spec->interval_us != 0 && !bh_bluez_advert_can_set_interval(self, slot);

    if (bluez->mgmt == NULL)
        g_set_error(error,
                    BH_ERROR,
                    BH_ERROR_NOT_SUPPORTED,
                    "%s: this BlueZ or controller leaves it out, and there is no management "
                    "socket: %s",
                    interval ? "IntervalUs" : "TxPower",
                    bluez->no_mgmt);
    else if (interval)
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_NOT_SUPPORTED,
                            "IntervalUs: neither this BlueZ nor this kernel takes it");
    else
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_NOT_SUPPORTED,
                            "TxPower: the controller sends with one power only");
}

/* Another one is wanted than Linux will send with. */
static gboolean
has_interval_of_its_own(const BhBluezServer *self, guint8 slot, const BhAdvertSpec *spec)
{
    return spec->interval_us != 0 && !spec->connectable && !self->sets[slot].extended &&
           (spec->interval_us < LINUX_INTERVAL_MIN_US || spec->interval_us > LINUX_INTERVAL_MAX_US);
}

BhBluezAdvertWay
bh_bluez_advert_choose_way(const BhBluezServer *self,
                           guint8 slot,
                           const BhAdvertSpec *spec,
                           GError **error)
{
    guint32 flags = flags_of(spec);

    if (flags == 0)
        return BH_BLUEZ_ADVERT_BY_BLUEZ;
    if (!self->sets[slot].known)
        return BH_BLUEZ_ADVERT_UNDECIDED;
    if (has_interval_of_its_own(self, slot, spec)) {
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_NOT_SUPPORTED,
                            "IntervalUs: Linux sends what nobody can connect to every 100 to 150 "
                            "ms, unless the controller has extended advertising");
        return BH_BLUEZ_ADVERT_REFUSED;
    }
    if (bluez_takes(self, slot, flags))
        return BH_BLUEZ_ADVERT_BY_BLUEZ;
    switch (ask_kernel(self, slot, flags)) {
    case BH_MGMT_ADVERTS_UNKNOWN:
        return BH_BLUEZ_ADVERT_UNDECIDED;
    case BH_MGMT_ADVERTS_GOOD:
        return BH_BLUEZ_ADVERT_BY_KERNEL;
    case BH_MGMT_ADVERTS_REFUSED:
        break;
    }
    refuse(self, slot, spec, error);
    return BH_BLUEZ_ADVERT_REFUSED;
}

gboolean
bh_bluez_advert_can_set_interval(const BhBluezServer *self, guint8 slot)
{
    return bh_bluez_server_takes_interval(self, slot) ||
           ask_kernel(self, slot, BH_MGMT_ADVERTISING_INTERVAL) == BH_MGMT_ADVERTS_GOOD;
}

gboolean
bh_bluez_advert_can_set_tx_power(const BhBluezServer *self, guint8 slot)
{
    return bh_bluez_server_takes_tx_power(self, slot) ||
           ask_kernel(self, slot, BH_MGMT_ADVERTISING_TX_POWER) == BH_MGMT_ADVERTS_GOOD;
}
