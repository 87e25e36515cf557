/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * An advertisement is wanted until it has ended: by its time, which runs from when it was first on
 * the air, or by a central. Centrals that came wait here for the call that fetches them.
 */
#include "bh-local-private.h"

#include "bh-signal.h"

#define MAX_CENTRALS 16 /* that nobody fetched; the oldest is forgotten */

enum {
    SIGNAL_STATE_CHANGED,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhAdvertisement, bh_advertisement, BH_TYPE_OWNED)

/* Waiting calls */

static void
serve_waits(BhAdvertisement *self)
{
    GTask *task;

    while (self->centrals->len > 0 && (task = bh_waits_pop(self->waits)) != NULL) {
        g_task_return_pointer(task, g_memdup2(self->centrals->data, sizeof(BhLinkKey)), g_free);
        g_array_remove_index(self->centrals, 0);
        g_object_unref(task);
    }
}

static gboolean
check_wait(BhAdvertisement *self, GError **error)
{
    if (bh_owned_is_released(BH_OWNED(self)))
        g_set_error_literal(error, BH_ERROR, BH_ERROR_CANCELLED, "the advertisement was released");
    else if (!self->spec.connectable)
        g_set_error_literal(error,
                            BH_ERROR,
                            BH_ERROR_NOT_SUPPORTED,
                            "the advertisement is not connectable");
    else if (self->ended && self->centrals->len == 0)
        g_set_error_literal(error, BH_ERROR, BH_ERROR_TIMEOUT, "the advertisement has ended");
    else
        return TRUE;
    return FALSE;
}

void
bh_advertisement_wait_connected_async(BhAdvertisement *self,
                                      BhClient *client,
                                      gint64 timeout_ms,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, NULL, callback, user_data);
    GError *error = NULL;

    g_task_set_source_tag(task, bh_advertisement_wait_connected_async);
    if (!check_wait(self, &error)) {
        g_task_return_error(task, error);
        return;
    }
    bh_waits_add(self->waits, g_steal_pointer(&task), client, timeout_ms);
    serve_waits(self);
}

gboolean
bh_advertisement_wait_connected_finish(BhAdvertisement *self,
                                       GAsyncResult *result,
                                       BhLinkKey *central,
                                       GError **error)
{
    g_autofree BhLinkKey *key = g_task_propagate_pointer(G_TASK(result), error);

    if (key == NULL)
        return FALSE;
    *central = *key;
    return TRUE;
}

/* Its end */

static void
emit_state(BhAdvertisement *self)
{
    g_signal_emit(self, signals[SIGNAL_STATE_CHANGED], 0);
}

static void
end(BhAdvertisement *advertisement)
{
    g_autoptr(BhAdvertisement) self = g_object_ref(advertisement);

    self->ended = TRUE;
    bh_clear_timer(&self->timeout);
    bh_local_reconsider(self->context->local, self);
    bh_waits_fail(self->waits, BH_ERROR_TIMEOUT, "the advertisement has ended");
    emit_state(self);
}

static void
on_timeout(gpointer user_data)
{
    end(user_data);
}

/* What the hub tells */

void
bh_advertisement_central_came(BhAdvertisement *self, const BhLinkKey *key)
{
    if (!self->spec.connectable || self->ended || (self->serving.active & (1u << key->slot)) == 0)
        return;
    if (self->centrals->len == MAX_CENTRALS)
        g_array_remove_index(self->centrals, 0);
    g_array_append_val(self->centrals, *key);
    serve_waits(self);
    if (self->spec.until_connected)
        end(self);
}

void
bh_advertisement_served(BhAdvertisement *advertisement, gboolean lost)
{
    g_autoptr(BhAdvertisement) self = g_object_ref(advertisement);

    if (self->ended)
        return;
    if (self->serving.active != 0 && self->timeout == NULL && self->spec.timeout_ms > 0)
        self->timeout =
            bh_clock_call_in(self->context->hub.clock, self->spec.timeout_ms, on_timeout, self);
    if (lost)
        bh_waits_fail(self->waits,
                      BH_ERROR_DISCONNECTED,
                      "the advertisement is not on the air at present");
    emit_state(self);
}

void
bh_advertisement_radio_off(BhAdvertisement *self)
{
    g_array_set_size(self->centrals, 0);
    bh_waits_fail(self->waits, BH_ERROR_DISCONNECTED, "the radio was switched off");
    bh_serving_fail(&self->serving, BH_ERROR_DISCONNECTED, "the radio was switched off");
}

/* The rest of the interface */

const BhAdvertPackets *
bh_advertisement_peek_packets(BhAdvertisement *self)
{
    return &self->packets;
}

BhAdvertisementState
bh_advertisement_get_state(BhAdvertisement *self)
{
    if (self->ended)
        return BH_ADVERTISEMENT_ENDED;
    return self->serving.active != 0 ? BH_ADVERTISEMENT_ACTIVE : BH_ADVERTISEMENT_WAITING;
}

guint16
bh_advertisement_get_active(BhAdvertisement *self)
{
    return self->serving.active;
}

const char *
bh_advertisement_peek_last_error(BhAdvertisement *self)
{
    return self->serving.last_error;
}

static void
bh_advertisement_released(BhOwned *owned, BhReleaseReason reason)
{
    BhAdvertisement *self = BH_ADVERTISEMENT(owned);

    bh_clear_timer(&self->timeout);
    bh_waits_fail(self->waits, BH_ERROR_CANCELLED, "the advertisement was released");
    bh_serving_fail(&self->serving, BH_ERROR_CANCELLED, "the advertisement was released");
    BH_OWNED_CLASS(bh_advertisement_parent_class)->released(owned, reason);
}

static void
bh_advertisement_finalize(GObject *object)
{
    BhAdvertisement *self = BH_ADVERTISEMENT(object);

    bh_clear_timer(&self->timeout);
    bh_serving_clear(&self->serving);
    bh_waits_free(self->waits);
    bh_advert_spec_clear(&self->spec);
    g_array_unref(self->centrals);
    G_OBJECT_CLASS(bh_advertisement_parent_class)->finalize(object);
}

static void
bh_advertisement_class_init(BhAdvertisementClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_advertisement_finalize;
    BH_OWNED_CLASS(klass)->released = bh_advertisement_released;
    signals[SIGNAL_STATE_CHANGED] = bh_signal_new(BH_TYPE_ADVERTISEMENT, "state-changed", 0);
}

static void
bh_advertisement_init(BhAdvertisement *self)
{
    self->centrals = g_array_new(FALSE, FALSE, sizeof(BhLinkKey));
}

BhAdvertisement *
bh_advertisement_new(const BhAdvertSpec *spec,
                     const BhAdvertPackets *packets,
                     const char *adapter,
                     BhLocalContext *context)
{
    BhAdvertisement *self = g_object_new(BH_TYPE_ADVERTISEMENT, NULL);
    BhClock *clock = context->hub.clock;
    BhQuota *quota = context->hub.quota;

    self->context = context;
    bh_advert_spec_copy(spec, &self->spec);
    self->packets = *packets;
    bh_serving_init(&self->serving, BH_OWNED(self), adapter, quota, clock);
    self->waits = bh_waits_new(quota, clock, "no central connected in time", NULL, NULL);
    return self;
}
