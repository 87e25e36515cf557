/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Questions to BlueZ about one link, and the end of it. What a question is for may change before it
 * is answered; then it is asked once more.
 */
#include "bh-bluez-links-private.h"

#include "bh-bluez-error.h"
#include "bh-bluez-made.h"
#include "bh-bluez-mgmt-link.h"
#include "bh-bluez-names.h"
#include "bh-error.h"

/* All properties, then the MTU, which is one of any characteristic. */

static gboolean
needs_database(const BhBluezLink *link)
{
    return link->connected && link->services_resolved && (link->watched || link->users > 0);
}

/* The same one unless something changed, since another one is a change by itself. */
static void
update_database(BhBluezCentral *self, BhBluezLink *link)
{
    guint change = bh_bluez_gatt_get_change(self->gatt, link->path);
    g_autoptr(BhGattDatabase) former = NULL;

    if (link->ready && link->built_of == change)
        return;
    link->undiscovered = FALSE;
    former = link->database;
    link->database = bh_bluez_gatt_build(self->gatt, link->path);
    link->built_of = change;
    link->ready = TRUE;
    g_rc_box_acquire(link);
    bh_bluez_link_spread(self, link);
    bh_bluez_link_release(link);
}

/* When its discovery failed, BlueZ says that services are resolved, and has none. A device that
 * really has none but those that BlueZ hides has GAP, as every one must (Core 5.4 Vol 3 Part C 12).
 */
static gboolean
is_undiscovered(BhBluezCentral *self, const BhBluezLink *link)
{
    return !link->ready && !link->has_gap && bh_bluez_gatt_get_change(self->gatt, link->path) == 0;
}

static void
finish_refresh(BhBluezCentral *self, BhBluezLink *link)
{
    if (link->again) {
        link->again = FALSE;
        bh_bluez_link_refresh(self, link);
        return;
    }
    if (needs_database(link) && link->path != NULL) {
        if (is_undiscovered(self, link))
            link->undiscovered = TRUE;
        else
            update_database(self, link);
    }
    g_rc_box_acquire(link);
    bh_bluez_link_spread(self, link);
    bh_bluez_link_settle(self, link);
    bh_bluez_link_release(link);
}

static int
on_mtu(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezLink *link = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);
    guint16 mtu = 0;

    g_clear_pointer(&link->refresh, sd_bus_slot_unref);
    if (error == NULL && sd_bus_message_read(message, "v", "q", &mtu) >= 0)
        link->mtu = mtu;
    else if (error != NULL && bh_bluez_error_is_timeout(error))
        link->again = TRUE;
    finish_refresh(link->central, link);
    return 1;
}

static gboolean
ask_mtu(BhBluezCentral *self, BhBluezLink *link)
{
    BhBluezBus *bus = self->bluez->bus;
    g_autofree char *path = bh_bluez_gatt_dup_characteristic(self->gatt, link->path);

    if (path == NULL)
        return FALSE;
    g_autoptr(sd_bus_message) message = bh_bluez_bus_new_call(bus, path, BH_DBUS_PROPERTIES, "Get");
    if (message == NULL ||
        sd_bus_message_append(message, "ss", BH_BLUEZ_GATT_CHARACTERISTIC_INTERFACE, "MTU") < 0)
        return FALSE;
    link->refresh = bh_bluez_bus_send(bus, message, self->bluez->timing.call_ms, on_mtu, link);
    return link->refresh != NULL;
}

static gboolean
is_identity(const BhBluezLink *link, const BhBluezProperties *properties)
{
    return link->path != NULL || (bh_bluez_properties_has_identity(properties) &&
                                  bh_address_equal(&link->key.address, &properties->address));
}

/* No answer is not the answer that there is nothing. TRUE if it was none: a BlueZ that is slow is
 * asked once more, one that is gone will be told. */
static gboolean
take_silence(BhBluezCentral *self, BhBluezLink *link, const sd_bus_error *error)
{
    BhError code = error != NULL ? bh_bluez_error_code(error) : BH_ERROR_FAILED;

    if (code == BH_ERROR_TIMEOUT)
        bh_bluez_link_refresh(self, link);
    if (code != BH_ERROR_TIMEOUT && code != BH_ERROR_NOT_READY)
        return FALSE;
    bh_bluez_link_settle(self, link);
    return TRUE;
}

/* FALSE if it is not there. */
static gboolean
take_answer(BhBluezCentral *self, BhBluezLink *link, sd_bus_message *message)
{
    BhBluezProperties properties;
    g_autofree char *path = bh_bluez_link_dup_path(self, link);

    bh_bluez_properties_init(&properties);
    gboolean good = sd_bus_message_get_error(message) == NULL && path != NULL &&
                    bh_bluez_properties_read(&properties, message, FALSE) >= 0 &&
                    is_identity(link, &properties);
    if (good) {
        link->has_gap = properties.has_gap;
        bh_bluez_link_set_path(self, link, path);
        bh_bluez_link_apply(self, link, &properties);
    } else {
        bh_bluez_link_no_object(self, link);
    }
    bh_bluez_properties_clear(&properties);
    return good;
}

static int
on_refreshed(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezLink *link = g_rc_box_acquire(data);
    BhBluezCentral *self = link->central;

    g_clear_pointer(&link->refresh, sd_bus_slot_unref);
    if (!take_silence(self, link, sd_bus_message_get_error(message))) {
        gboolean good = take_answer(self, link, message);
        gboolean resolved = good && needs_database(link);
        if (link->refresh == NULL && !(resolved && !link->again && ask_mtu(self, link)))
            finish_refresh(self, link);
    }
    bh_bluez_link_release(link);
    return 1;
}

void
bh_bluez_link_refresh(BhBluezCentral *self, BhBluezLink *link)
{
    BhBluezBus *bus = self->bluez->bus;
    g_autofree char *path = bh_bluez_link_dup_path(self, link);

    if (link->refresh != NULL) {
        link->again = TRUE;
        return;
    }
    if (path == NULL || bus->owner == NULL)
        return;
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bus, path, BH_DBUS_PROPERTIES, "GetAll");
    if (message != NULL && sd_bus_message_append(message, "s", BH_BLUEZ_DEVICE) >= 0) {
        link->refresh =
            bh_bluez_bus_send(bus, message, self->bluez->timing.call_ms, on_refreshed, link);
    }
}

/* The end */

static int
on_dropped(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezLink *link = g_rc_box_acquire(data);
    BhBluezCentral *self = link->central;

    g_clear_pointer(&link->dropping, sd_bus_slot_unref);
    bh_bluez_link_refresh(self, link);
    bh_bluez_link_spread(self, link);
    bh_bluez_link_settle(self, link);
    bh_bluez_link_release(link);
    return 1;
}

void
bh_bluez_link_drop_by(BhBluezCentral *self, BhBluezLink *link, sd_bus_message *message)
{
    link->dropping =
        bh_bluez_bus_send(self->bluez->bus, message, self->bluez->timing.call_ms, on_dropped, link);
}

/* BlueZ hears of it first, so that it does not connect again by itself; the kernel does it at once,
 * while BlueZ alone takes two seconds. */
void
bh_bluez_link_drop(BhBluezCentral *self, BhBluezLink *link)
{
    BhBluezBus *bus = self->bluez->bus;
    g_autofree char *path = bh_bluez_link_dup_path(self, link);

    link->dropped = TRUE;
    bh_bluez_made_strike_out(self, link);
    if (path == NULL || bus->owner == NULL || link->dropping != NULL)
        return;
    g_autoptr(sd_bus_message) message =
        bh_bluez_bus_new_call(bus, path, BH_BLUEZ_DEVICE, "Disconnect");
    bh_bluez_link_drop_by(self, link, message);
    bh_bluez_mgmt_disconnect(self->bluez, &link->key);
}
