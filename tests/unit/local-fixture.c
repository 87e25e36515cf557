/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header.
 */
#include "local-fixture.h"

#include "bh-error.h"

#include <check.h>
#include <string.h>

#define WAIT_MS 20000
#define INDICATE_MS 1000
#define RADIO_MS 5000

static const char services[] =
    "[{'UUID': <'180f'>, 'Characteristics': <["
    "{'UUID': <'2a00'>, 'Flags': <['read', 'write']>, 'Value': <@ay "
    "[0x69,0x6e,0x69,0x74,0x69,0x61,0x6c]>},"
    "{'UUID': <'2a01'>, 'Flags': <['write']>, 'Capture': <true>},"
    "{'UUID': <'2a02'>, 'Flags': <['write']>, 'Capture': <true>},"
    "{'UUID': <'2a03'>, 'Flags': <['write']>, 'MaxLength': <uint32 4>},"
    "{'UUID': <'2a04'>, 'Flags': <['write']>, 'MaxLength': <uint32 4>, 'TooLong': <'cut'>},"
    "{'UUID': <'2a05'>, 'Flags': <['write']>, 'MaxLength': <uint32 8>, 'Append': <true>},"
    "{'UUID': <'2a06'>, 'Flags': <['read']>, 'Value': <@ay [0x73,0x74,0x6f,0x72,0x65,0x64]>, "
    "'AskOnRead': <true>},"
    "{'UUID': <'2a07'>, 'Flags': <['read', 'notify']>, 'Value': <@ay [0x76,0x61,0x6c,0x75,0x65]>},"
    "{'UUID': <'2a08'>, 'Flags': <['indicate']>, 'Value': <@ay [0x76,0x61,0x6c,0x75,0x65]>, "
    "'Descriptors': <["
    "{'UUID': <'2901'>, 'Flags': <['read']>, 'Value': <@ay [0x6e,0x61,0x6d,0x65]>}]>}"
    "]>}]";

void
local_result_clear(LocalResult *self)
{
    g_assert_true(self->done);
    g_clear_error(&self->error);
    g_clear_object(&self->application);
    g_clear_object(&self->advertisement);
    g_clear_pointer(&self->written, bh_written_free);
    g_clear_pointer(&self->users, g_array_unref);
    *self = (LocalResult){0};
}

void
local_result_check(const LocalResult *self, gint code)
{
    ck_assert(self->done);
    if (code < 0)
        ck_assert_msg(self->error == NULL, "%s", self->error != NULL ? self->error->message : "");
    else
        ck_assert_msg(g_error_matches(self->error, BH_ERROR, code),
                      "%s",
                      self->error != NULL ? self->error->message : "no error");
}

FakePeripheral *
local_peripheral(HubFixture *f)
{
    return fake_radio_peek_peripheral(f->radio);
}

void
local_turn(HubFixture *f)
{
    for (guint i = 0; i < 4; i++) {
        hub_fixture_turn();
        bh_clock_advance(f->clock, 0);
    }
    hub_fixture_turn();
}

void
local_advance(HubFixture *f, gint64 ms)
{
    local_turn(f);
    bh_clock_advance(f->clock, ms);
    local_turn(f);
}

BhGattName
local_name(guint attribute)
{
    g_autofree char *text = g_strdup_printf("2a%02x", MIN(attribute, INDICATED));
    BhGattName name = {.has_descriptor = attribute == DESCRIPTOR};

    g_assert_true(bh_uuid_parse(text, &name.characteristic, NULL));
    g_assert_true(bh_uuid_parse("2901", &name.descriptor, NULL));
    return name;
}

/* Applications */

static BhApplicationDefinition *
make_definition(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) parsed =
        g_variant_parse(G_VARIANT_TYPE("aa{sv}"), services, NULL, NULL, &error);
    BhApplicationDefinition *definition;

    g_assert_no_error(error);
    definition = bh_application_definition_from_variant(parsed, &error);
    g_assert_no_error(error);
    return definition;
}

static void
on_registered(GObject *source, GAsyncResult *result, gpointer user_data)
{
    LocalResult *it = user_data;

    it->done = TRUE;
    it->application = bh_local_register_finish(BH_LOCAL(source), result, &it->error);
}

void
local_register_spec(HubFixture *f,
                    BhClient *client,
                    BhLifetime lifetime,
                    const char *adapter,
                    guint queue,
                    BhOnRestart on_restart,
                    LocalResult *result)
{
    g_autoptr(BhApplicationDefinition) definition = make_definition();
    const BhApplicationSpec spec = {.definition = definition,
                                    .adapter = (char *)adapter,
                                    .queue = queue,
                                    .on_restart = on_restart,
                                    .read_ms = 1000};

    bh_local_register_async(bh_hub_peek_local(f->hub),
                            &spec,
                            client,
                            lifetime,
                            1000,
                            on_registered,
                            result);
    local_turn(f);
}

void
local_register(HubFixture *f, BhClient *client, LocalResult *result)
{
    local_register_spec(f, client, BH_LIFETIME_CALLER, NULL, 3, BH_RESTART_DEFAULT, result);
}

BhApplication *
local_serve(HubFixture *f, BhClient *client, guint id, LocalResult *result)
{
    local_register(f, client, result);
    fake_peripheral_serve(local_peripheral(f), id, 0, -1);
    local_turn(f);
    local_result_check(result, -1);
    return result->application;
}

/* Advertisements */

static void
on_advertised(GObject *source, GAsyncResult *result, gpointer user_data)
{
    LocalResult *it = user_data;

    it->done = TRUE;
    it->advertisement = bh_local_advertise_finish(BH_LOCAL(source), result, &it->error);
}

void
local_advertise(HubFixture *f, BhClient *client, const BhAdvertSpec *spec, LocalResult *result)
{
    bh_local_advertise_async(bh_hub_peek_local(f->hub),
                             spec,
                             NULL,
                             client,
                             BH_LIFETIME_CALLER,
                             0,
                             on_advertised,
                             result);
    local_turn(f);
}

BhAdvertisement *
local_advertise_now(HubFixture *f,
                    BhClient *client,
                    guint id,
                    guint32 timeout_ms,
                    gboolean until_connected,
                    LocalResult *result)
{
    const BhAdvertSpec spec = {.name = (char *)"blehub",
                               .connectable = TRUE,
                               .timeout_ms = timeout_ms,
                               .until_connected = until_connected};

    local_advertise(f, client, &spec, result);
    fake_peripheral_advertise(local_peripheral(f), id, 0, -1);
    local_turn(f);
    local_result_check(result, -1);
    return result->advertisement;
}

/* Calls */

static void
on_written(GObject *source, GAsyncResult *result, gpointer user_data)
{
    LocalResult *it = user_data;

    it->done = TRUE;
    it->written = bh_application_wait_written_finish(BH_APPLICATION(source), result, &it->error);
}

void
local_wait_written(HubFixture *f, BhApplication *application, BhClient *client, LocalResult *result)
{
    bh_application_wait_written_async(application, client, WAIT_MS, on_written, result);
    local_turn(f);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    LocalResult *it = user_data;

    it->done = TRUE;
    bh_advertisement_wait_connected_finish(BH_ADVERTISEMENT(source),
                                           result,
                                           &it->central,
                                           &it->error);
}

void
local_wait_connected(HubFixture *f,
                     BhAdvertisement *advertisement,
                     BhClient *client,
                     LocalResult *result)
{
    bh_advertisement_wait_connected_async(advertisement, client, WAIT_MS, on_connected, result);
    local_turn(f);
}

static void
on_indicated(GObject *source, GAsyncResult *result, gpointer user_data)
{
    LocalResult *it = user_data;

    it->done = TRUE;
    bh_application_indicate_finish(BH_APPLICATION(source), result, &it->broadcast, &it->error);
}

void
local_indicate(HubFixture *f,
               BhApplication *application,
               BhClient *client,
               guint central,
               const char *value,
               gboolean allow_broadcast,
               LocalResult *result)
{
    const BhGattName name = local_name(INDICATED);
    const BhAddress address = fake_address(central);
    g_autoptr(GBytes) bytes = value != NULL ? g_bytes_new(value, strlen(value)) : NULL;

    bh_application_indicate_async(application,
                                  &name,
                                  central != 0 ? &address : NULL,
                                  bytes,
                                  allow_broadcast,
                                  client,
                                  INDICATE_MS,
                                  on_indicated,
                                  result);
    local_turn(f);
}

static void
on_off(GObject *source, GAsyncResult *result, gpointer user_data)
{
    LocalResult *it = user_data;

    it->done = TRUE;
    bh_hub_radio_off_finish(BH_HUB(source), result, &it->users, &it->error);
}

void
local_radio_off(HubFixture *f, BhClient *client, gboolean force, LocalResult *result)
{
    bh_hub_radio_off_async(f->hub, client, force, RADIO_MS, on_off, result);
    local_turn(f);
}

static void
on_on(GObject *source, GAsyncResult *result, gpointer user_data)
{
    LocalResult *it = user_data;

    it->done = TRUE;
    bh_hub_radio_on_finish(BH_HUB(source), result, &it->error);
}

void
local_radio_on(HubFixture *f, BhClient *client, gboolean lifts_force, LocalResult *result)
{
    bh_hub_radio_on_async(f->hub, client, lifts_force, RADIO_MS, on_on, result);
    local_turn(f);
}

void
local_check_users(const LocalResult *result, guint n, guint32 first)
{
    local_result_check(result, -1);
    ck_assert_uint_eq(result->users->len, n);
    if (n > 0)
        ck_assert_uint_eq(g_array_index(result->users, guint32, 0), first);
}

void
local_switch_off(HubFixture *f, BhClient *client, LocalResult *result)
{
    local_radio_off(f, client, FALSE, result);
    fake_radio_switch(f->radio, 0, NULL);
    local_turn(f);
    local_check_users(result, 0, 0);
    ck_assert_int_eq(fake_radio_get_power(f->radio, 0), BH_RADIO_POWER_OFF);
}

/* What is the case */

static void
check_bytes(GBytes *bytes, const char *expected)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    g_autofree char *text = g_strndup(data != NULL ? data : "", size);

    ck_assert_str_eq(text, expected);
}

void
local_check_value(BhApplication *application, guint attribute, const char *expected)
{
    const BhGattName name = local_name(attribute);
    g_autoptr(GBytes) value = bh_application_get_value(application, &name, NULL);

    ck_assert_ptr_nonnull(value);
    check_bytes(value, expected);
}

void
local_check_written(const LocalResult *result, guint attribute, guint central, const char *expected)
{
    local_result_check(result, -1);
    ck_assert_uint_eq(result->written->attribute, attribute);
    ck_assert_uint_eq(result->written->central.address.octets[5], central);
    check_bytes(result->written->value, expected);
}

void
local_check_log(HubFixture *f, const char *expected)
{
    g_autofree char *log = fake_peripheral_take_log(local_peripheral(f));

    ck_assert_str_eq(log, expected);
}
