/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "remote-fixture.h"

#include "bh-error.h"

#include <check.h>
#include <string.h>

#define OPERATION_MS 1000

void
remote_result_clear(RemoteResult *self)
{
    g_assert_true(self->done);
    g_clear_error(&self->error);
    g_clear_object(&self->hold);
    g_clear_pointer(&self->value, g_bytes_unref);
    g_clear_object(&self->subscription);
    g_clear_pointer(&self->notified, bh_notified_value_free);
    g_clear_pointer(&self->text, g_free);
    *self = (RemoteResult){0};
}

void
remote_result_check(const RemoteResult *self, gint code)
{
    ck_assert(self->done);
    if (code < 0)
        ck_assert_msg(self->error == NULL, "%s", self->error != NULL ? self->error->message : "");
    else
        ck_assert_msg(g_error_matches(self->error, BH_ERROR, code),
                      "%s",
                      self->error != NULL ? self->error->message : "no error");
}

BhHoldSpec
remote_spec(guint number)
{
    return (BhHoldSpec){
        .address = fake_address(number),
        .timeout_ms = 10000,
        .backoff_initial_ms = 5000,
        .backoff_max_ms = 60000,
        .reconnect_scan = TRUE,
    };
}

void
remote_turn(HubFixture *f)
{
    for (guint i = 0; i < 4; i++) {
        hub_fixture_turn();
        bh_clock_advance(f->clock, 0);
    }
    hub_fixture_turn();
}

void
remote_advance(HubFixture *f, gint64 ms)
{
    remote_turn(f);
    bh_clock_advance(f->clock, ms);
    remote_turn(f);
}

FakeCentral *
remote_central(HubFixture *f)
{
    return fake_radio_peek_central(f->radio);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    RemoteResult *it = user_data;

    it->done = TRUE;
    it->hold = bh_remotes_connect_finish(BH_REMOTES(source), result, &it->error);
}

void
remote_connect(HubFixture *f, BhClient *client, const BhHoldSpec *spec, RemoteResult *result)
{
    bh_remotes_connect_async(bh_hub_peek_remotes(f->hub),
                             spec,
                             client,
                             BH_LIFETIME_CALLER,
                             0,
                             on_connected,
                             result);
    remote_turn(f);
}

void
remote_connect_leased(HubFixture *f, BhClient *client, const BhHoldSpec *spec, RemoteResult *result)
{
    bh_remotes_connect_async(bh_hub_peek_remotes(f->hub),
                             spec,
                             client,
                             BH_LIFETIME_LEASE,
                             1000,
                             on_connected,
                             result);
    remote_turn(f);
}

BhRemote *
remote_find(HubFixture *f, guint number)
{
    const BhAddress address = fake_address(number);

    return bh_remotes_find(bh_hub_peek_remotes(f->hub), &address);
}

BhRemote *
remote_hold(HubFixture *f, BhClient *client, guint number, RemoteResult *result)
{
    const BhHoldSpec spec = remote_spec(number);

    remote_connect(f, client, &spec, result);
    if (fake_central_is_trying(remote_central(f), 0, number))
        fake_central_accept(remote_central(f), 0, number);
    remote_turn(f);
    remote_result_check(result, -1);
    return remote_find(f, number);
}

BhGattName
remote_name(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    BhGattName name = {0};

    g_assert_true(bh_uuid_parse(parts[0], &name.characteristic, NULL));
    name.has_descriptor = parts[1] != NULL;
    if (parts[1] != NULL)
        g_assert_true(bh_uuid_parse(parts[1], &name.descriptor, NULL));
    return name;
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    RemoteResult *it = user_data;

    it->done = TRUE;
    it->value = bh_remote_read_finish(BH_REMOTE(source), result, &it->error);
}

void
remote_read_within(BhRemote *remote,
                   BhClient *client,
                   const char *name,
                   gint64 timeout_ms,
                   RemoteResult *result)
{
    const BhGattName it = remote_name(name);

    bh_remote_read_async(remote, client, &it, 0, timeout_ms, on_read, result);
    hub_fixture_turn();
}

void
remote_read(BhRemote *remote, BhClient *client, const char *name, RemoteResult *result)
{
    remote_read_within(remote, client, name, OPERATION_MS, result);
}

static void
on_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    RemoteResult *it = user_data;

    it->done = TRUE;
    bh_remote_finish(BH_REMOTE(source), result, &it->error);
}

void
remote_write(BhRemote *remote,
             BhClient *client,
             const char *name,
             const char *value,
             BhResponse response,
             RemoteResult *result)
{
    const BhGattName it = remote_name(name);
    g_autoptr(GBytes) bytes = g_bytes_new(value, strlen(value));

    bh_remote_write_async(remote, client, &it, bytes, 0, response, OPERATION_MS, on_done, result);
    hub_fixture_turn();
}

static void
on_subscribed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    RemoteResult *it = user_data;

    it->done = TRUE;
    it->subscription = bh_remote_subscribe_finish(BH_REMOTE(source), result, &it->error);
}

void
remote_subscribe(BhRemote *remote,
                 BhClient *client,
                 const char *name,
                 guint queue,
                 RemoteResult *result)
{
    const BhSubscriptionSpec spec = {.name = remote_name(name), .queue = queue};

    bh_remote_subscribe_async(remote,
                              client,
                              &spec,
                              BH_LIFETIME_CALLER,
                              0,
                              OPERATION_MS,
                              on_subscribed,
                              result);
    hub_fixture_turn();
}

static void
on_value(GObject *source, GAsyncResult *result, gpointer user_data)
{
    RemoteResult *it = user_data;

    it->done = TRUE;
    it->notified = bh_subscription_wait_finish(BH_SUBSCRIPTION(source), result, &it->error);
}

void
remote_wait(BhSubscription *subscription, BhClient *client, RemoteResult *result)
{
    bh_subscription_wait_async(subscription, client, 20000, on_value, result);
    hub_fixture_turn();
}

static void
on_disconnected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    RemoteResult *it = user_data;

    it->done = TRUE;
    it->text = bh_remote_wait_disconnected_finish(BH_REMOTE(source), result, &it->error);
}

void
remote_wait_disconnected(BhRemote *remote, BhClient *client, RemoteResult *result)
{
    bh_remote_wait_disconnected_async(remote, client, 20000, on_disconnected, result);
    hub_fixture_turn();
}

static void
on_mtu(GObject *source, GAsyncResult *result, gpointer user_data)
{
    RemoteResult *it = user_data;

    it->done = TRUE;
    it->number = bh_remote_exchange_mtu_finish(BH_REMOTE(source), result, &it->error);
}

void
remote_wait_mtu(BhRemote *remote, BhClient *client, RemoteResult *result)
{
    bh_remote_exchange_mtu_async(remote, client, OPERATION_MS, on_mtu, result);
    hub_fixture_turn();
}

void
remote_pair(BhRemote *remote,
            BhClient *client,
            BhPairingAskFunc ask,
            gpointer data,
            RemoteResult *result)
{
    bh_remote_pair_async(remote, client, BH_IO_KEYBOARD_DISPLAY, ask, data, 20000, on_done, result);
    hub_fixture_turn();
}

void
remote_unpair(BhRemote *remote, BhClient *client, RemoteResult *result)
{
    bh_remote_unpair_async(remote, client, on_done, result);
    hub_fixture_turn();
}

static void
on_rssi(GObject *source, GAsyncResult *result, gpointer user_data)
{
    RemoteResult *it = user_data;

    it->done = TRUE;
    it->number = bh_remote_read_rssi_finish(BH_REMOTE(source), result, &it->error);
}

void
remote_rssi(BhRemote *remote, BhClient *client, RemoteResult *result)
{
    bh_remote_read_rssi_async(remote, client, OPERATION_MS, on_rssi, result);
    hub_fixture_turn();
}

void
remote_check_log(HubFixture *f, const char *expected)
{
    g_autofree char *log = fake_central_take_log(remote_central(f));

    ck_assert_str_eq(log, expected);
}
