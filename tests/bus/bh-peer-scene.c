/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is told becomes text, so that a test compares in one line.
 */
#include "bh-peer-scene.h"

#include "bh-error.h"

/* Sink */

G_GNUC_PRINTF(2, 3)
static void
note(GString *text, const char *format, ...)
{
    va_list arguments;

    if (text->len > 0)
        g_string_append_c(text, ' ');
    va_start(arguments, format);
    g_string_append_vprintf(text, format, arguments);
    va_end(arguments);
}

static void
on_link(gpointer data, const BhLinkState *state)
{
    BhPeerScene *self = data;

    ck_assert_int_eq(state->resolved, state->database != NULL);
    note(self->links,
         "%s%s%s%s%s",
         state->connected ? "c" : "-",
         state->resolved ? "r" : "",
         state->paired ? "p" : "",
         state->bonded ? "b" : "",
         bh_link_cause_to_string(state->cause));
}

static void
on_value(gpointer data,
         const BhLinkKey *key,
         guint16 handle,
         const guint8 *bytes,
         gsize size,
         gint64 monotonic_us,
         gint64 realtime_us)
{
    BhPeerScene *self = data;
    g_autofree char *hex = bh_test_hex(bytes, size);

    ck_assert(bh_address_equal(&key->address, &self->key.address));
    ck_assert_int_gt(monotonic_us, 0);
    ck_assert_int_gt(realtime_us, 0);
    note(self->values, "%04x:%s", handle, hex);
}

static const BhCentralSink sink = {.link_changed = on_link, .value = on_value};

static void
on_question(gpointer data, const BhPairingQuestion *question)
{
    static const char *const kinds[] = {"display", "enter", "confirm", "authorize", "withdrawn"};
    BhPeerScene *self = data;

    note(self->questions, "%s:%u", kinds[question->kind], question->passkey);
}

/* Scene */

void
bh_peer_scene_add_device(BhPeerScene *self)
{
    bh_puppet_add_device(self->puppet, BH_PEER, BH_PEER_ADDRESS, FALSE);
    BH_PUPPET_ADD(self->puppet,
                  BH_PEER,
                  3,
                  "Address",
                  "s",
                  BH_PEER_ADDRESS,
                  "AddressType",
                  "s",
                  "random",
                  "Connected",
                  "b",
                  FALSE);
}

void
bh_peer_scene_add_attributes(BhPeerScene *self)
{
    bh_puppet_add_attribute(self->puppet, BH_PEER_SERVICE, "Service", "1815", NULL);
    bh_puppet_add_attribute(self->puppet,
                            BH_PEER_LEVEL,
                            "Characteristic",
                            "2a56",
                            "read write notify");
    bh_puppet_add_attribute(self->puppet, BH_PEER_CONFIG, "Descriptor", "2901", NULL);
    bh_puppet_add_attribute(self->puppet,
                            BH_PEER_OTHER,
                            "Characteristic",
                            "2a58",
                            "read write-without-response");
    bh_puppet_set_value(self->puppet, BH_PEER_LEVEL, "0a0b0c");
    bh_puppet_set_value(self->puppet, BH_PEER_CONFIG, "63");
    bh_puppet_set_value(self->puppet, BH_PEER_OTHER, "0d");
}

void
bh_peer_scene_add_link(BhPeerScene *self)
{
    bh_puppet_set_device(self->puppet, BH_PEER, "Connected", TRUE);
    bh_puppet_set_device(self->puppet, BH_PEER, "ServicesResolved", TRUE);
}

void
bh_peer_scene_prepare(BhPeerScene *self)
{
    bh_scene_init(&self->scene, NULL);
    self->puppet = self->scene.puppet;
}

void
bh_peer_scene_start(BhPeerScene *self)
{
    self->central = BH_CENTRAL(self->scene.radio.bluez);
    self->links = g_string_new(NULL);
    self->values = g_string_new(NULL);
    self->questions = g_string_new(NULL);
    ck_assert(bh_address_parse(BH_PEER_ADDRESS, BH_ADDRESS_RANDOM, &self->key.address, NULL));
    bh_central_set_sink(self->central, &sink, self);
    bh_recorder_start(&self->scene.radio);
    BH_AWAIT(self->scene.radio.bluez_present);
}

void
bh_peer_scene_init_unknown(BhPeerScene *self)
{
    bh_peer_scene_prepare(self);
    bh_peer_scene_start(self);
}

void
bh_peer_scene_init_bare(BhPeerScene *self)
{
    bh_peer_scene_init_unknown(self);
    bh_peer_scene_add_device(self);
}

void
bh_peer_scene_init_with(BhPeerScene *self, guint version)
{
    bh_peer_scene_prepare(self);
    if (version != 0)
        bh_puppet_set_version(self->puppet, "/org/bluez/hci0", version);
    bh_peer_scene_add_device(self);
    bh_peer_scene_add_attributes(self);
    bh_peer_scene_start(self);
}

void
bh_peer_scene_init(BhPeerScene *self)
{
    bh_peer_scene_init_with(self, 0);
}

void
bh_peer_scene_init_ready_with(BhPeerScene *self, guint version)
{
    g_auto(BhPeerCall) call = {0};

    bh_peer_scene_init_with(self, version);
    bh_central_watch(self->central, &self->key);
    bh_peer_connect(self, &call);
    BH_ASSERT_END(&call, "ok");
    bh_fixture_settle();
    bh_puppet_clear_calls(self->puppet);
    g_string_truncate(self->links, 0);
}

void
bh_peer_scene_init_ready(BhPeerScene *self)
{
    bh_peer_scene_init_ready_with(self, 0);
}

void
bh_peer_scene_clear(BhPeerScene *self)
{
    bh_scene_clear(&self->scene);
    g_string_free(self->links, TRUE);
    g_string_free(self->values, TRUE);
    g_string_free(self->questions, TRUE);
}

guint
bh_peer_scene_count(BhPeerScene *self, const char *method)
{
    return bh_puppet_count_calls(self->puppet, method);
}

void
bh_peer_scene_await(BhPeerScene *self, const char *method)
{
    BH_AWAIT(bh_peer_scene_count(self, method) > 0);
}

BhLinkState
bh_peer_scene_peek(BhPeerScene *self)
{
    BhLinkState state = {0};

    bh_central_peek(self->central, &self->key, &state);
    return state;
}

/* Calls */

static void
begin(BhPeerCall *call)
{
    if (call->cancellable == NULL)
        call->cancellable = g_cancellable_new();
}

static void
on_finished(GObject *source, GAsyncResult *result, gpointer data)
{
    BhPeerCall *call = data;

    bh_central_finish(BH_CENTRAL(source), result, &call->error);
    call->done = TRUE;
}

void
bh_peer_connect(BhPeerScene *self, BhPeerCall *call)
{
    begin(call);
    bh_central_connect_async(self->central, &self->key, NULL, call->cancellable, on_finished, call);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    BhPeerCall *call = data;

    call->value = bh_central_read_finish(BH_CENTRAL(source), result, &call->error);
    call->done = TRUE;
}

void
bh_peer_read(BhPeerScene *self, guint16 handle, guint16 offset, BhPeerCall *call)
{
    begin(call);
    bh_central_read_async(self->central,
                          &self->key,
                          handle,
                          offset,
                          call->cancellable,
                          on_read,
                          call);
}

void
bh_peer_write(BhPeerScene *self,
              guint16 handle,
              const char *hex,
              BhWriteKind kind,
              BhPeerCall *call)
{
    gsize size;
    g_autofree guint8 *data = bh_test_bytes(hex, &size);
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);

    begin(call);
    bh_central_write_async(self->central,
                           &self->key,
                           handle,
                           bytes,
                           0,
                           kind,
                           call->cancellable,
                           on_finished,
                           call);
}

void
bh_peer_subscribe(BhPeerScene *self, guint16 handle, BhPeerCall *call)
{
    begin(call);
    bh_central_subscribe_async(self->central,
                               &self->key,
                               handle,
                               call->cancellable,
                               on_finished,
                               call);
}

void
bh_peer_pair(BhPeerScene *self, BhPeerCall *call)
{
    begin(call);
    bh_central_pair_async(self->central,
                          &self->key,
                          BH_IO_KEYBOARD_DISPLAY,
                          on_question,
                          self,
                          call->cancellable,
                          on_finished,
                          call);
}

void
bh_peer_remove_bond(BhPeerScene *self, BhPeerCall *call)
{
    begin(call);
    bh_central_remove_bond_async(self->central, &self->key, call->cancellable, on_finished, call);
}

static void
on_bonds(GObject *source, GAsyncResult *result, gpointer data)
{
    BhPeerCall *call = data;

    call->bonds = bh_central_list_bonds_finish(BH_CENTRAL(source), result, &call->error);
    call->done = TRUE;
}

void
bh_peer_list_bonds(BhPeerScene *self, BhPeerCall *call)
{
    begin(call);
    bh_central_list_bonds_async(self->central, call->cancellable, on_bonds, call);
}

static void
on_rssi(GObject *source, GAsyncResult *result, gpointer data)
{
    BhPeerCall *call = data;

    call->number = bh_central_read_rssi_finish(BH_CENTRAL(source), result, &call->error);
    call->done = TRUE;
}

void
bh_peer_rssi(BhPeerScene *self, BhPeerCall *call)
{
    begin(call);
    bh_central_read_rssi_async(self->central, &self->key, call->cancellable, on_rssi, call);
}

void
bh_peer_call_clear(BhPeerCall *self)
{
    g_clear_error(&self->error);
    g_clear_pointer(&self->value, g_bytes_unref);
    g_clear_pointer(&self->bonds, g_array_unref);
    g_clear_object(&self->cancellable);
    self->done = FALSE;
}

char *
bh_peer_call_dup_end(BhPeerCall *self)
{
    char *text = NULL;
    gsize size;

    BH_AWAIT(self->done);
    if (self->error != NULL) {
        ck_assert(self->error->domain == BH_ERROR);
        text = g_strdup_printf("%#x: %s", (guint)self->error->code, self->error->message);
    } else if (self->value != NULL) {
        gconstpointer bytes = g_bytes_get_data(self->value, &size);
        text = bh_test_hex(bytes, size);
    } else {
        text = g_strdup("ok");
    }
    bh_peer_call_clear(self);
    return text;
}
