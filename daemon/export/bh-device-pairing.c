/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Pairing, whose questions are answered by what Pair() was told, or else put to who called it.
 */
#include "bh-device-pairing.h"

#include "bh-error.h"
#include "bh-export-device.h"

typedef struct {
    BhDbusDevice1 *object; /* borrowed: the task's source */
    BhClient *client;
    BhPairOptions options;
} Pairing;

static void
pairing_free(gpointer data)
{
    Pairing *self = data;

    g_object_unref(self->client);
    g_free(self);
}

/* Questions */

static const char *const question_names[] = {
    [BH_PAIRING_DISPLAY_PASSKEY] = "display-passkey",
    [BH_PAIRING_ENTER_PASSKEY] = "enter-passkey",
    [BH_PAIRING_CONFIRM] = "confirm",
    [BH_PAIRING_AUTHORIZE] = "authorize",
    [BH_PAIRING_WITHDRAWN] = "withdrawn",
};

/* Whoever pairs without any means of asking has agreed by calling. */
static gboolean
find_answer(const BhPairOptions *options, BhPairingQuestionKind kind, BhPairingAnswer *answer)
{
    switch (kind) {
    case BH_PAIRING_ENTER_PASSKEY:
        *answer = (BhPairingAnswer){TRUE, TRUE, (guint32)options->passkey};
        return options->has_passkey;
    case BH_PAIRING_AUTHORIZE:
        *answer = (BhPairingAnswer){.accepted = !options->has_confirm || options->confirm};
        return options->has_confirm || options->capability == BH_IO_NO_INPUT_NO_OUTPUT;
    case BH_PAIRING_CONFIRM:
        *answer = (BhPairingAnswer){.accepted = options->confirm};
        return options->has_confirm;
    case BH_PAIRING_DISPLAY_PASSKEY:
    case BH_PAIRING_WITHDRAWN:
        break;
    }
    return FALSE;
}

static void
put_to_caller(Pairing *self, const BhPairingQuestion *question)
{
    g_auto(GVariantDict) details = G_VARIANT_DICT_INIT(NULL);

    if (question->kind == BH_PAIRING_DISPLAY_PASSKEY || question->kind == BH_PAIRING_CONFIRM)
        g_variant_dict_insert(&details, "Passkey", "u", question->passkey);
    bh_object_manager_emit_to(
        bh_export_device_peek_context(self->object)->manager,
        BH_EXPORTED(self->object),
        self->client,
        "PairingQuestion",
        g_variant_new("(s@a{sv})", question_names[question->kind], g_variant_dict_end(&details)));
}

static void
on_question(gpointer user_data, const BhPairingQuestion *question)
{
    Pairing *self = user_data;
    BhPairingAnswer answer;

    if (find_answer(&self->options, question->kind, &answer))
        bh_remote_answer_pairing(bh_export_device_peek_remote(self->object),
                                 self->client,
                                 &answer,
                                 NULL);
    else
        put_to_caller(self, question);
}

/* Pair */

static void
on_paired(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;

    if (bh_remote_finish(BH_REMOTE(source), result, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

void
bh_device_pair_async(BhDbusDevice1 *object,
                     BhClient *client,
                     const BhPairOptions *options,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(object, NULL, callback, user_data);
    Pairing *self = g_new(Pairing, 1);

    g_task_set_source_tag(task, bh_device_pair_async);
    *self = (Pairing){object, g_object_ref(client), *options};
    g_task_set_task_data(task, self, pairing_free);
    bh_remote_pair_async(bh_export_device_peek_remote(object),
                         client,
                         (BhIoCapability)options->capability,
                         on_question,
                         self,
                         options->timeout_ms,
                         on_paired,
                         g_steal_pointer(&task));
}

gboolean
bh_device_pair_finish(GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}

static void
on_pair_done(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;

    if (bh_device_pair_finish(result, &error))
        bh_dbus_device1_complete_pair(call->object, call->invocation);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
handle_pair(BhDbusDevice1 *object, GDBusMethodInvocation *invocation, GVariant *dict)
{
    BhPairOptions options;
    GError *error = NULL;

    if (bh_pair_options_parse(dict,
                              bh_export_device_peek_context(object)->defaults->pair_ms,
                              &options,
                              &error))
        bh_device_pair_async(object,
                             bh_export_device_peek_client(object, invocation),
                             &options,
                             on_pair_done,
                             bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_answer_pairing(BhDbusDevice1 *object, GDBusMethodInvocation *invocation, GVariant *dict)
{
    BhClient *client = bh_export_device_peek_client(object, invocation);
    BhPairingAnswer answer;
    GError *error = NULL;

    if (bh_answer_options_parse(dict, &answer, &error) &&
        bh_remote_answer_pairing(bh_export_device_peek_remote(object), client, &answer, &error))
        bh_dbus_device1_complete_answer_pairing(object, invocation);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Unpair */

static void
on_unpaired(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    GError *error = NULL;

    if (bh_remote_finish(BH_REMOTE(source), result, &error))
        bh_dbus_device1_complete_unpair(call->object, call->invocation);
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

/* The link of others goes with the bond. */
static gboolean
may_unpair(BhRemote *remote, BhClient *client)
{
    guint32 uid = bh_client_get_uid(client);

    return uid == 0 || bh_remote_is_held_only_by(remote, uid);
}

static gboolean
handle_unpair(BhDbusDevice1 *object, GDBusMethodInvocation *invocation)
{
    BhRemote *remote = bh_export_device_peek_remote(object);
    BhClient *client = bh_export_device_peek_client(object, invocation);

    if (may_unpair(remote, client))
        bh_remote_unpair_async(remote, client, on_unpaired, bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_return_error_literal(invocation,
                                                      BH_ERROR,
                                                      BH_ERROR_NOT_AUTHORIZED,
                                                      "other users hold the device");
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

void
bh_device_pairing_implement(BhDbusDevice1Iface *iface)
{
    iface->handle_pair = handle_pair;
    iface->handle_answer_pairing = handle_answer_pairing;
    iface->handle_unpair = handle_unpair;
}
