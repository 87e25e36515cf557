/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Pairing, with the questions that come meanwhile, and its end.
 */
#include "bh-remote-calls-private.h"

static gboolean
resolve_pairing(gpointer data, guint32 *attribute, GError **error)
{
    return bh_remote_call_resolve_to(data, BH_ATTRIBUTE_PAIRING, attribute, error);
}

static void
on_question(gpointer data, const BhPairingQuestion *question)
{
    BhRemoteCall *call = data;

    if (g_cancellable_is_cancelled(bh_operation_peek_cancellable(call->operation)))
        return; /* whoever would be asked is not there any more */
    call->remote->asked =
        question->kind != BH_PAIRING_DISPLAY_PASSKEY && question->kind != BH_PAIRING_WITHDRAWN;
    call->remote->asked_uid = call->uid;
    call->remote->asked_kind = question->kind;
    call->ask(call->ask_data, question);
}

/* A pairing under way, which may outlive the call. */
typedef struct {
    BhRemote *remote;
    BhOperation *operation; /* borrowed: until it is answered */
} Pairing;

/* Who answers now answers nothing. */
static void
on_pairing_over(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Pairing *pairing = user_data;
    g_autoptr(BhRemote) remote = pairing->remote;

    remote->asked = FALSE;
    bh_remote_count_pairing(remote, FALSE);
    bh_remote_call_on_done(source, result, pairing->operation);
}

static void
begin_pairing(gpointer data, BhOperation *operation)
{
    BhRemoteCall *call = data;
    Pairing *pairing = g_new(Pairing, 1);

    *pairing = (Pairing){g_object_ref(call->remote), operation};

    call->operation = operation;
    call->remote->asked = FALSE;
    bh_remote_count_pairing(call->remote, TRUE);
    bh_central_pair_async(bh_remote_call_peek_central(call),
                          &call->remote->key,
                          call->capability,
                          on_question,
                          call,
                          bh_operation_peek_cancellable(operation),
                          on_pairing_over,
                          pairing);
}

static const BhOperationKind pairing_kind = {.resolve = resolve_pairing, .begin = begin_pairing};

void
bh_remote_pair_async(BhRemote *self,
                     BhClient *client,
                     BhIoCapability capability,
                     BhPairingAskFunc ask,
                     gpointer ask_data,
                     gint64 timeout_ms,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
    BhRemoteCall *call = bh_remote_call_new(self, NULL);

    call->capability = capability;
    call->uid = bh_client_get_uid(client);
    call->ask = ask;
    call->ask_data = ask_data;
    bh_remote_call_run(&pairing_kind, call, client, timeout_ms, callback, user_data);
}

gboolean
bh_remote_answer_pairing(BhRemote *self,
                         BhClient *client,
                         const BhPairingAnswer *answer,
                         GError **error)
{
    guint32 uid = bh_client_get_uid(client);

    if (!self->asked || (uid != 0 && uid != self->asked_uid)) {
        g_set_error_literal(error, BH_ERROR, BH_ERROR_NOT_FOUND, "nothing was asked");
        return FALSE;
    }
    if (answer->accepted && !answer->has_passkey && self->asked_kind == BH_PAIRING_ENTER_PASSKEY) {
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_INVALID_ARGUMENTS,
                            "Passkey: is missing, and was asked for");
        return FALSE;
    }
    self->asked = FALSE;
    bh_central_answer_pairing(self->context->hub.central, &self->key, answer);
    return TRUE;
}

static void
on_unpaired(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    GError *error = NULL;

    if (bh_bonds_remove_finish(result, &error))
        g_task_return_boolean(task, TRUE);
    else
        g_task_return_error(task, error);
}

void
bh_remote_unpair_async(BhRemote *self,
                       BhClient *client,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
    GTask *task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_remote_unpair_async);
    bh_bonds_remove_async(self->context->hub.central,
                          &self->address,
                          G_MAXUINT8,
                          bh_client_peek_cancellable(client),
                          on_unpaired,
                          task);
}
