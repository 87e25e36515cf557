/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Which way an advertisement takes is looked at whenever something has changed: see
 * bh-bluez-advert-way.h. BlueZ writes the TX power that the controller chose into the object, which
 * changes nothing here, and calls Release() when it dropped one by itself.
 */
#include "bh-bluez-advert.h"

#include <stdio.h>
#include <string.h>

#include "bh-bluez-advert-properties.h"
#include "bh-bluez-advert-way.h"
#include "bh-bluez-mgmt-link.h"
#include "bh-bluez-names.h"
#include "bh-error.h"

#define BIT(slot) ((guint16)(1u << (slot)))

typedef struct {
    BhBluezServer *server; /* borrowed: owns this */
    guint id;
    BhAdvertSpec spec;
    guint16 slots;
    guint16 there;   /* where it is on the air, as was told; bit mask of slots, as is the next */
    guint16 refused; /* where it cannot be, as was told */
    BhBluezRegistration registrations[BH_RADIO_MAX_ADAPTERS];
} BhBluezAdvert;

static const BhBluezManager manager = {
    .interface = BH_BLUEZ_ADVERTISING_MANAGER,
    .add = "RegisterAdvertisement",
    .remove = "UnregisterAdvertisement",
    .what = "advertisement",
};

static BhBluezAdvert *
find(BhBluezServer *self, guint id)
{
    return g_hash_table_lookup(self->adverts, GUINT_TO_POINTER(id));
}

/* Objects */

static int
handle_get_all(BhBluezAdvert *self, guint8 slot, sd_bus_message *call)
{
    BhBluezAdvertAbilities abilities = {
        .interval = bh_bluez_server_takes_interval(self->server, slot),
        .tx_power = bh_bluez_server_takes_tx_power(self->server, slot),
    };
    g_autoptr(sd_bus_message) reply = NULL;
    int result = sd_bus_message_new_method_return(call, &reply);

    if (result < 0 || (result = bh_bluez_advert_put_properties(reply, &self->spec, &abilities)) < 0)
        return result;
    return sd_bus_send(NULL, reply, NULL);
}

static int
handle_set(BhBluezAdvert *self, guint8 slot, sd_bus_message *call)
{
    return sd_bus_reply_method_return(call, NULL);
}

static int
handle_release(BhBluezAdvert *self, guint8 slot, sd_bus_message *call)
{
    int result = sd_bus_reply_method_return(call, NULL);

    bh_bluez_registration_dropped(&self->registrations[slot]);
    return result;
}

static const struct {
    const char *interface;
    const char *member;
    int (*handle)(BhBluezAdvert *self, guint8 slot, sd_bus_message *call);
} methods[] = {
    {BH_DBUS_PROPERTIES, "GetAll", handle_get_all},
    {BH_DBUS_PROPERTIES, "Set", handle_set},
    {BH_BLUEZ_ADVERTISEMENT, "Release", handle_release},
};

/* 0 leaves the answer, an error, to sd-bus. */
static int
on_call(sd_bus_message *call, void *data, sd_bus_error *unused)
{
    BhBluezServer *self = data;
    BhBluezAdvert *advert = NULL;
    guint id, slot;

    if (!bh_bluez_bus_is_from_owner(self->bluez->bus, call))
        return sd_bus_reply_method_errorf(call, SD_BUS_ERROR_ACCESS_DENIED, "for BlueZ only");
    if (sscanf(sd_bus_message_get_path(call), BH_ADVERTISED_PREFIX "/a%u/h%u", &id, &slot) == 2)
        advert = find(self, id);
    if (advert == NULL || slot >= BH_RADIO_MAX_ADAPTERS)
        return 0;
    for (gsize i = 0; i < G_N_ELEMENTS(methods); i++)
        if (sd_bus_message_is_method_call(call, methods[i].interface, methods[i].member) > 0) {
            int result = methods[i].handle(advert, (guint8)slot, call);
            return result < 0 ? result : 1;
        }
    return 0;
}

void
bh_bluez_adverts_start(BhBluezServer *self)
{
    sd_bus_add_fallback(self->bluez->bus->bus,
                        &self->advertised,
                        BH_ADVERTISED_PREFIX,
                        on_call,
                        self);
}

/* Registrations */

static void
tell(BhBluezServer *server, guint id, guint8 slot, const GError *error)
{
    BhBluezAdvert *advert = find(server, id);

    if (advert != NULL && error == NULL)
        advert->there |= BIT(slot);
    else if (advert != NULL)
        advert->there &= (guint16)~BIT(slot);
    if (server->sink != NULL)
        server->sink->advertisement_changed(server->sink_data, id, slot, error);
}

static void
on_registered(gpointer data, guint8 slot, const GError *error)
{
    BhBluezAdvert *self = data;

    tell(self->server, self->id, slot, error);
}

static gboolean
is_usable(const BhBluezAdapter *adapter)
{
    return adapter->path != NULL && adapter->powered;
}

/* Something to be told when all are looked at: whoever is told may take any of them back. */
typedef struct {
    guint id;
    guint8 slot;
    GError *error;
} News;

static void
clear_news(gpointer data)
{
    g_error_free(((News *)data)->error);
}

static GArray *
news_new(void)
{
    GArray *news = g_array_new(FALSE, FALSE, sizeof(News));

    g_array_set_clear_func(news, clear_news);
    return news;
}

/* error is taken. */
static void
add_news(GArray *news, const BhBluezAdvert *advert, guint8 slot, GError *error)
{
    const News one = {advert->id, slot, error};

    g_array_append_val(news, one);
}

static void
tell_news(BhBluezServer *self, const GArray *news)
{
    for (guint i = 0; i < news->len; i++) {
        const News *one = &g_array_index(news, News, i);
        if (find(self, one->id) != NULL)
            tell(self, one->id, one->slot, one->error);
    }
}

/* By the one way, and not by the other. */
static void
put_on_air(BhBluezAdvert *self, guint8 slot, BhBluezAdvertWay way)
{
    BhBluezAdapter *adapter = bh_bluez_server_peek_adapter(self->server, slot);

    bh_bluez_registration_want(&self->registrations[slot],
                               way == BH_BLUEZ_ADVERT_BY_BLUEZ ? adapter->path : NULL);
    if (adapter->mgmt_adverts == NULL)
        return;
    if (way == BH_BLUEZ_ADVERT_BY_KERNEL)
        bh_mgmt_adverts_want(adapter->mgmt_adverts, self->id, &self->spec);
    else
        bh_mgmt_adverts_drop(adapter->mgmt_adverts, self->id);
}

static void
reconcile_on(BhBluezAdvert *self, guint8 slot, GArray *news)
{
    gboolean wanted = (self->slots & BIT(slot)) != 0;
    gboolean usable = is_usable(bh_bluez_server_peek_adapter(self->server, slot));
    BhBluezAdvertWay way = BH_BLUEZ_ADVERT_UNDECIDED;
    GError *error = NULL;

    if (wanted && usable)
        way = bh_bluez_advert_choose_way(self->server, slot, &self->spec, &error);
    put_on_air(self, slot, way);
    if (wanted && !usable && (self->there & BIT(slot)) != 0)
        error = g_error_new_literal(BH_ERROR, BH_ERROR_DISCONNECTED, "the radio is off");
    if (error != NULL && (way != BH_BLUEZ_ADVERT_REFUSED || (self->refused & BIT(slot)) == 0))
        add_news(news, self, slot, error);
    else
        g_clear_error(&error);
    self->refused &= (guint16)~BIT(slot);
    if (way == BH_BLUEZ_ADVERT_REFUSED)
        self->refused |= BIT(slot);
}

/* BlueZ removes what the kernel advertises when it begins to, before it says of how many sets. */
static void
set_controller(BhBluezServer *self, guint8 slot)
{
    BhBluezAdapter *adapter = bh_bluez_server_peek_adapter(self, slot);

    if (adapter->mgmt_adverts != NULL)
        bh_mgmt_adverts_set_controller(adapter->mgmt_adverts,
                                       bh_bluez_mgmt_get_index(self->bluez, slot),
                                       &adapter->address,
                                       is_usable(adapter) && self->sets[slot].known);
}

void
bh_bluez_adverts_reconcile(BhBluezServer *self)
{
    g_autoptr(GArray) news = news_new();
    GHashTableIter iter;
    gpointer value;

    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        set_controller(self, slot);
    g_hash_table_iter_init(&iter, self->adverts);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
            reconcile_on(value, slot, news);
    tell_news(self, news);
}

void
bh_bluez_adverts_adapter_gone(BhBluezServer *self, guint8 slot)
{
    g_autoptr(GArray) news = news_new();
    GHashTableIter iter;
    gpointer value;

    set_controller(self, slot);
    g_hash_table_iter_init(&iter, self->adverts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        BhBluezAdvert *advert = value;
        bh_bluez_registration_forget(&advert->registrations[slot]);
        if ((advert->slots & BIT(slot)) != 0)
            add_news(news,
                     advert,
                     slot,
                     g_error_new_literal(BH_ERROR, BH_ERROR_DISCONNECTED, "the adapter is gone"));
    }
    tell_news(self, news);
}

void
bh_bluez_adverts_retry(BhBluezServer *self, guint8 slot)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->adverts);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        bh_bluez_registration_retry(&((BhBluezAdvert *)value)->registrations[slot]);
    if (bh_bluez_server_peek_adapter(self, slot)->mgmt_adverts != NULL)
        bh_mgmt_adverts_retry(bh_bluez_server_peek_adapter(self, slot)->mgmt_adverts);
}

void
bh_bluez_advert_told(gpointer data, guint8 slot, guint id, const GError *error)
{
    tell(data, id, slot, error);
}

/* Life */

static void
drop_in_kernel(BhBluezAdvert *self)
{
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        BhMgmtAdverts *adverts = bh_bluez_server_peek_adapter(self->server, slot)->mgmt_adverts;
        if (adverts != NULL)
            bh_mgmt_adverts_drop(adverts, self->id);
    }
}

static void
free_advert(gpointer data)
{
    BhBluezAdvert *self = data;

    drop_in_kernel(self);
    for (guint slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        bh_bluez_registration_clear(&self->registrations[slot]);
    bh_advert_spec_clear(&self->spec);
    g_free(self);
}

static BhBluezAdvert *
new_advert(BhBluezServer *server, guint id)
{
    BhBluezAdvert *self = g_new0(BhBluezAdvert, 1);

    self->server = server;
    self->id = id;
    for (guint8 slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++) {
        BhBluezRegistration *registration = &self->registrations[slot];
        bh_bluez_registration_init(registration,
                                   &manager,
                                   server->bluez->bus,
                                   &server->bluez->timing,
                                   slot,
                                   g_strdup_printf(BH_ADVERTISED_PREFIX "/a%u/h%u", id, slot));
        registration->told = on_registered;
        registration->data = self;
    }
    g_hash_table_insert(server->adverts, GUINT_TO_POINTER(id), self);
    return self;
}

/* What BlueZ hears of both is the same. */
static gboolean
is_same(const BhAdvertSpec *a, const BhAdvertSpec *b)
{
    BhAdvertPackets one = {0}, other = {0};

    return bh_advert_compute_packets(a, &one, NULL) && bh_advert_compute_packets(b, &other, NULL) &&
           memcmp(&one, &other, sizeof(one)) == 0 && a->connectable == b->connectable &&
           a->interval_us == b->interval_us && a->has_tx_power == b->has_tx_power;
}

static void
replace_spec(BhBluezAdvert *self, const BhAdvertSpec *spec)
{
    bh_advert_spec_clear(&self->spec);
    bh_advert_spec_copy(spec, &self->spec);
    self->refused = 0;
    drop_in_kernel(self);
    for (guint slot = 0; slot < BH_RADIO_MAX_ADAPTERS; slot++)
        bh_bluez_registration_renew(&self->registrations[slot]);
}

void
bh_bluez_advert_set(BhBluezServer *self, guint id, const BhAdvertSpec *spec, guint16 slots)
{
    BhBluezAdvert *advert = find(self, id);

    if (advert == NULL) {
        advert = new_advert(self, id);
        bh_advert_spec_copy(spec, &advert->spec);
    } else if (!is_same(&advert->spec, spec)) {
        replace_spec(advert, spec);
    }
    advert->slots = slots;
    bh_bluez_server_schedule(self);
}

void
bh_bluez_advert_drop(BhBluezServer *self, guint id)
{
    g_hash_table_remove(self->adverts, GUINT_TO_POINTER(id));
    bh_bluez_server_schedule(self);
}

void
bh_bluez_adverts_clear(BhBluezServer *self)
{
    g_hash_table_remove_all(self->adverts);
}

void
bh_bluez_adverts_init(BhBluezServer *self)
{
    self->adverts = g_hash_table_new_full(NULL, NULL, NULL, free_advert);
}
