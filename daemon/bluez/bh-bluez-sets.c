/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * SupportedInstances is how many are free; those of other programs are taken, too. BlueZ does not
 * count those that the kernel has from others, such as ours.
 */
#include "bh-bluez-sets.h"

#include "bh-bluez-advert.h"

static int
read_count(sd_bus_message *message, guint *count)
{
    guint8 value = 0;
    int result = sd_bus_message_read(message, "v", "y", &value);

    *count = value;
    return result;
}

static int
read_features(BhBluezSets *self, sd_bus_message *message)
{
    const char *feature;
    int result = sd_bus_message_enter_container(message, 'v', "as");

    if (result < 0 || (result = sd_bus_message_enter_container(message, 'a', "s")) < 0)
        return result;
    self->sets_power = FALSE;
    while ((result = sd_bus_message_read_basic(message, 's', &feature)) > 0)
        self->sets_power |= g_str_equal(feature, "CanSetTxPower");
    if (result < 0 || (result = sd_bus_message_exit_container(message)) < 0)
        return result;
    return sd_bus_message_exit_container(message);
}

static int
read_property(BhBluezSets *self, sd_bus_message *message)
{
    const char *name;
    int result = sd_bus_message_read_basic(message, 's', &name);

    if (result < 0)
        return result;
    self->known = TRUE;
    if (g_str_equal(name, "SupportedInstances"))
        return read_count(message, &self->free);
    if (g_str_equal(name, "ActiveInstances"))
        return read_count(message, &self->active);
    if (g_str_equal(name, "SupportedFeatures"))
        return read_features(self, message);
    self->extended |= g_str_equal(name, "SupportedSecondaryChannels");
    self->capable |= g_str_equal(name, "SupportedCapabilities");
    return sd_bus_message_skip(message, "v");
}

static BhMgmtAdverts *
peek_kernel(const BhBluezServer *self, guint8 slot)
{
    return bh_bluez_server_peek_adapter(self, slot)->mgmt_adverts;
}

static void
take_counts(BhBluezServer *self, guint8 slot)
{
    const BhBluezSets *sets = &self->sets[slot];

    if (peek_kernel(self, slot) != NULL)
        bh_mgmt_adverts_set_taken(peek_kernel(self, slot), sets->active, sets->active + sets->free);
    if (sets->free > 0)
        bh_bluez_adverts_retry(self, slot);
}

int
bh_bluez_sets_take(BhBluezServer *self, guint8 slot, sd_bus_message *message)
{
    BhBluezSets *sets = &self->sets[slot];
    int result = sd_bus_message_enter_container(message, 'a', "{sv}");

    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', "sv")) > 0)
        if ((result = read_property(sets, message)) >= 0)
            result = sd_bus_message_exit_container(message);
    if (result < 0)
        return result;
    take_counts(self, slot);
    bh_bluez_server_schedule(self);
    return sd_bus_message_exit_container(message);
}

void
bh_bluez_sets_forget(BhBluezServer *self, guint8 slot)
{
    self->sets[slot] = (BhBluezSets){0};
}

guint
bh_bluez_sets_count(const BhBluezServer *self, guint8 slot, guint *free_sets)
{
    const BhBluezSets *sets = &self->sets[slot];
    guint ours =
        peek_kernel(self, slot) != NULL ? bh_mgmt_adverts_count(peek_kernel(self, slot)) : 0;

    *free_sets = sets->known && sets->free > ours ? sets->free - ours : 0;
    return sets->known ? sets->free + sets->active : 0;
}
