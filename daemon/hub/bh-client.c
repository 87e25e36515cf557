/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * See the header: a name, a user, and the moment of going.
 */
#include "bh-client.h"

#include "bh-signal.h"

struct _BhClient {
    GObject parent;
    char *name;
    guint32 uid;
    GCancellable *cancellable;
};

enum {
    SIGNAL_GONE,
    N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(BhClient, bh_client, G_TYPE_OBJECT)

const char *
bh_client_get_name(BhClient *self)
{
    return self->name;
}

guint32
bh_client_get_uid(BhClient *self)
{
    return self->uid;
}

GCancellable *
bh_client_peek_cancellable(BhClient *self)
{
    return self->cancellable;
}

gboolean
bh_client_is_gone(BhClient *self)
{
    return g_cancellable_is_cancelled(self->cancellable);
}

void
bh_client_leave(BhClient *self)
{
    if (bh_client_is_gone(self))
        return;
    g_object_ref(self);
    g_cancellable_cancel(self->cancellable);
    g_signal_emit(self, signals[SIGNAL_GONE], 0);
    g_object_unref(self);
}

static void
bh_client_finalize(GObject *object)
{
    BhClient *self = BH_CLIENT(object);

    g_free(self->name);
    g_object_unref(self->cancellable);
    G_OBJECT_CLASS(bh_client_parent_class)->finalize(object);
}

static void
bh_client_class_init(BhClientClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_client_finalize;
    signals[SIGNAL_GONE] = bh_signal_new(BH_TYPE_CLIENT, "gone", 0);
}

static void
bh_client_init(BhClient *self)
{
    self->cancellable = g_cancellable_new();
}

BhClient *
bh_client_new(const char *name, guint32 uid)
{
    BhClient *self = g_object_new(BH_TYPE_CLIENT, NULL);

    self->name = g_strdup(name);
    self->uid = uid;
    return self;
}
