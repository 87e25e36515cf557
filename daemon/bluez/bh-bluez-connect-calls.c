/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Connect of a device that BlueZ knows, ConnectDevice of an adapter for one that it does not. BlueZ
 * hides why an attempt failed ("le-connection-abort-by-local" stands for everything), so the
 * kernel's word is looked up first.
 *
 * A link that "failed to be established" (Core 5.4 Vol 1 Part F 2.61) is nothing to bother callers
 * with: one side missed the first packets, which happens to radios that scan or have other links,
 * and mostly not twice.
 */
#include "bh-bluez-connect-private.h"

#include "bh-bluez-error.h"
#include "bh-bluez-links.h"
#include "bh-bluez-made.h"
#include "bh-bluez-mgmt-link.h"
#include "bh-bluez-names.h"
#include "bh-error.h"

#define TRIES_MAX 3
#define EARLY_US (5 * G_USEC_PER_SEC) /* later it is a device that is not there */

/* Failures */

/* The kernel's word on this attempt; NULL if it said nothing. */
static const BhLinkEvent *
find_failure(const BhBluezAttempt *attempt)
{
    BhBluezCentral *self = attempt->central;
    const BhLinkKey *key = &attempt->link->key;

    bh_bluez_mgmt_drain(self->bluez);
    const BhLinkEvent *event =
        bh_link_log_find(&self->log, key->slot, &key->address, attempt->since_us);
    return event != NULL && event->happened != BH_LINK_CONNECTED ? event : NULL;
}

static int
code_of_event(const BhLinkEvent *event)
{
    switch (event->cause) {
    case BH_LINK_CAUSE_TIMEOUT:
        return BH_ERROR_TIMEOUT;
    case BH_LINK_CAUSE_REMOTE:
        return BH_ERROR_DISCONNECTED;
    case BH_LINK_CAUSE_NO_RESOURCES:
        return BH_ERROR_LIMIT_EXCEEDED;
    case BH_LINK_CAUSE_POWER:
    case BH_LINK_CAUSE_SUSPEND:
        return BH_ERROR_NOT_READY;
    case BH_LINK_CAUSE_UNSPECIFIED:
        return event->happened == BH_LINK_DISCONNECTED ? BH_ERROR_DISCONNECTED : BH_ERROR_FAILED;
    default:
        return BH_ERROR_FAILED;
    }
}

GError *
bh_bluez_attempt_new_error(const BhBluezAttempt *attempt, const char *said)
{
    const BhLinkEvent *event = find_failure(attempt);

    if (event == NULL)
        return g_error_new(BH_ERROR, BH_ERROR_FAILED, "BlueZ says \"%s\"", said);
    g_autofree char *text = bh_link_event_dup_text(event);
    return g_error_new(BH_ERROR, code_of_event(event), "%s; BlueZ says \"%s\"", text, said);
}

/* said is what BlueZ answered, NULL before it did: then only the kernel can have told. It has no
 * name for this failure. */
static gboolean
was_not_established(const BhBluezAttempt *attempt, const char *said)
{
    const BhLinkEvent *event = find_failure(attempt);

    if (event != NULL)
        return event->cause == BH_LINK_CAUSE_UNSPECIFIED;
    return g_strcmp0(said, "le-connection-abort-by-local") == 0;
}

gboolean
bh_bluez_attempt_try_again(BhBluezAttempt *attempt, const char *said)
{
    gint64 now_us = g_get_monotonic_time();

    if (attempt->tries + 1 >= TRIES_MAX || now_us - attempt->since_us > EARLY_US ||
        !was_not_established(attempt, said))
        return FALSE;
    attempt->tries++;
    attempt->since_us = now_us;
    attempt->connected = FALSE;
    g_clear_pointer(&attempt->slot, sd_bus_slot_unref);
    bh_bluez_attempt_wait_and_retry(attempt);
    return TRUE;
}

/* Before 5.82 another attempt under way is only told by a text. */
static gboolean
is_busy(const sd_bus_error *error)
{
    return bh_bluez_error_is_in_progress(error) ||
           g_strcmp0(error->message, "Operation already in progress") == 0;
}

/* Calls */

/* What BlueZ says is not what was known; not at once if that happens more than once. */
static void
look_again(BhBluezAttempt *attempt)
{
    if (attempt->astray)
        bh_bluez_attempt_wait_and_retry(attempt);
    attempt->astray = TRUE;
    bh_bluez_link_refresh(attempt->central, attempt->link);
}

static void
on_connect_failed(BhBluezAttempt *attempt, const sd_bus_error *error)
{
    BhError code = bh_bluez_error_code(error);

    if (is_busy(error)) {
        bh_bluez_attempt_wait_and_retry(attempt);
        return;
    }
    if (code == BH_ERROR_NOT_FOUND ||
        sd_bus_error_has_name(error, "org.bluez.Error.AlreadyConnected")) {
        look_again(attempt);
        return;
    }
    if (code == BH_ERROR_FAILED && bh_bluez_attempt_try_again(attempt, error->message))
        return;
    g_autofree char *text = bh_bluez_error_dup_text(error);
    bh_bluez_attempt_fail(attempt,
                          code != BH_ERROR_FAILED ? g_error_new_literal(BH_ERROR, code, text)
                                                  : bh_bluez_attempt_new_error(attempt, text));
}

static int
on_connected(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezAttempt *attempt = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);

    g_clear_pointer(&attempt->slot, sd_bus_slot_unref);
    if (error != NULL) {
        on_connect_failed(attempt, error);
        return 1;
    }
    attempt->answered = TRUE;
    bh_bluez_link_refresh(attempt->central, attempt->link);
    return 1;
}

/* ConnectDevice is there only in a bluetoothd that was started with --experimental. */
static void
on_connect_device_failed(BhBluezAttempt *attempt, const sd_bus_error *error)
{
    BhError code = bh_bluez_error_code(error);

    if (code == BH_ERROR_NOT_FOUND || code == BH_ERROR_NOT_SUPPORTED) {
        attempt->central->no_connect_device = TRUE;
        bh_bluez_attempt_advance(attempt);
    } else if (code == BH_ERROR_ALREADY_EXISTS) {
        look_again(attempt);
    } else {
        on_connect_failed(attempt, error);
    }
}

static int
on_device_connected(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    BhBluezAttempt *attempt = data;
    const sd_bus_error *error = sd_bus_message_get_error(message);

    if (error == NULL) {
        attempt->by_address = FALSE;
        return on_connected(message, data, unused);
    }
    g_clear_pointer(&attempt->slot, sd_bus_slot_unref);
    attempt->by_address = FALSE;
    if (!bh_bluez_waiter_waits(&attempt->waiter))
        bh_bluez_attempt_free(attempt);
    else
        on_connect_device_failed(attempt, error);
    return 1;
}

/* The attempt may be gone afterwards. */
static void
send_call(BhBluezAttempt *attempt, sd_bus_message *message, sd_bus_message_handler_t on_reply)
{
    BhBluez *bluez = attempt->central->bluez;

    attempt->asked = TRUE;
    bh_bluez_made_set(attempt->central, attempt->link, TRUE);
    attempt->slot =
        bh_bluez_bus_send(bluez->bus, message, bluez->timing.gatt_ms, on_reply, attempt);
    if (attempt->slot == NULL)
        bh_bluez_attempt_fail(attempt,
                              g_error_new_literal(BH_ERROR, BH_ERROR_NOT_READY, "the bus is gone"));
}

void
bh_bluez_attempt_connect_known(BhBluezAttempt *attempt)
{
    g_autoptr(sd_bus_message) message = bh_bluez_bus_new_call(attempt->central->bluez->bus,
                                                              attempt->link->path,
                                                              BH_BLUEZ_DEVICE,
                                                              "Connect");

    if (attempt->finding)
        bh_bluez_attempt_stop_finding(attempt);
    send_call(attempt, message, on_connected);
}

void
bh_bluez_attempt_connect_by_address(BhBluezAttempt *attempt, const char *adapter)
{
    const BhAddress *address = &attempt->link->key.address;
    char text[BH_ADDRESS_TEXT_SIZE];
    g_autoptr(sd_bus_message) message = bh_bluez_bus_new_call(attempt->central->bluez->bus,
                                                              adapter,
                                                              BH_BLUEZ_ADAPTER,
                                                              "ConnectDevice");

    bh_address_format(address, text);
    if (message != NULL && sd_bus_message_append(message,
                                                 "a{sv}",
                                                 2,
                                                 "Address",
                                                 "s",
                                                 text,
                                                 "AddressType",
                                                 "s",
                                                 bh_address_type_to_string(address->type)) < 0)
        g_clear_pointer(&message, sd_bus_message_unref);
    attempt->by_address = TRUE;
    send_call(attempt, message, on_device_connected);
}
