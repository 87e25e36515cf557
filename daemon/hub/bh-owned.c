/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header: one owner, one lifetime, one way to end.
 */
#include "bh-owned.h"

typedef struct {
    BhClient *client;
    BhClock *clock;
    BhLifetime lifetime;
    gint64 lease_ms;
    BhTimer *lease;
    gulong on_gone;
    gboolean released;
} BhOwnedPrivate;

enum {
    SIGNAL_RELEASED,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(BhOwned, bh_owned, G_TYPE_OBJECT)

static void
on_lease_over(gpointer user_data)
{
    BhOwned *self = user_data;
    BhOwnedPrivate *priv = bh_owned_get_instance_private(self);

    bh_clear_timer(&priv->lease);
    bh_owned_release(self, BH_RELEASE_LEASE_OVER);
}

static void
on_client_gone(BhClient *client, BhOwned *self)
{
    bh_owned_release(self, BH_RELEASE_CLIENT_GONE);
}

void
bh_owned_renew(BhOwned *self)
{
    BhOwnedPrivate *priv = bh_owned_get_instance_private(self);

    if (priv->lifetime != BH_LIFETIME_LEASE || priv->released)
        return;
    bh_clear_timer(&priv->lease);
    priv->lease = bh_clock_call_in(priv->clock, priv->lease_ms, on_lease_over, self);
}

void
bh_owned_suspend_lease(BhOwned *self)
{
    BhOwnedPrivate *priv = bh_owned_get_instance_private(self);

    bh_clear_timer(&priv->lease);
}

void
bh_owned_claim(BhOwned *self,
               BhClient *client,
               BhLifetime lifetime,
               gint64 lease_ms,
               BhClock *clock)
{
    BhOwnedPrivate *priv = bh_owned_get_instance_private(self);

    g_return_if_fail(priv->client == NULL);
    priv->client = g_object_ref(client);
    priv->clock = bh_clock_ref(clock);
    priv->lifetime = lifetime;
    priv->lease_ms = lease_ms;
    if (lifetime == BH_LIFETIME_CALLER)
        priv->on_gone = g_signal_connect(client, "gone", G_CALLBACK(on_client_gone), self);
    bh_owned_renew(self);
}

guint32
bh_owned_get_uid(BhOwned *self)
{
    BhOwnedPrivate *priv = bh_owned_get_instance_private(self);

    return bh_client_get_uid(priv->client);
}

BhClient *
bh_owned_peek_client(BhOwned *self)
{
    BhOwnedPrivate *priv = bh_owned_get_instance_private(self);

    return priv->client;
}

gboolean
bh_owned_is_released(BhOwned *self)
{
    BhOwnedPrivate *priv = bh_owned_get_instance_private(self);

    return priv->released;
}

void
bh_owned_release(BhOwned *self, BhReleaseReason reason)
{
    BhOwnedPrivate *priv = bh_owned_get_instance_private(self);

    if (priv->released)
        return;
    priv->released = TRUE;
    bh_clear_timer(&priv->lease);
    if (priv->on_gone != 0)
        g_clear_signal_handler(&priv->on_gone, priv->client);
    g_object_ref(self);
    g_signal_emit(self, signals[SIGNAL_RELEASED], 0, reason);
    g_object_unref(self);
}

static void
bh_owned_real_released(BhOwned *self, BhReleaseReason reason)
{
}

static void
bh_owned_dispose(GObject *object)
{
    BhOwnedPrivate *priv = bh_owned_get_instance_private(BH_OWNED(object));

    bh_clear_timer(&priv->lease);
    if (priv->on_gone != 0)
        g_clear_signal_handler(&priv->on_gone, priv->client);
    g_clear_object(&priv->client);
    g_clear_pointer(&priv->clock, bh_clock_unref);
    G_OBJECT_CLASS(bh_owned_parent_class)->dispose(object);
}

static void
bh_owned_class_init(BhOwnedClass *klass)
{
    G_OBJECT_CLASS(klass)->dispose = bh_owned_dispose;
    klass->released = bh_owned_real_released;
    signals[SIGNAL_RELEASED] = g_signal_new("released",
                                            BH_TYPE_OWNED,
                                            G_SIGNAL_RUN_FIRST,
                                            G_STRUCT_OFFSET(BhOwnedClass, released),
                                            NULL,
                                            NULL,
                                            NULL,
                                            G_TYPE_NONE,
                                            1,
                                            G_TYPE_INT);
}

static void
bh_owned_init(BhOwned *self)
{
}
