/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A list of sessions, and whether the configuration is being written, is written, or neither. */
#include "notify.h"

#include "discovery.h"

#define CONFIGURE_NOTIFY 0x0001
#define CONFIGURE_INDICATE 0x0002

typedef struct {
    BhNotify *notify; /* borrowed: owns this */
    char *sender;
    guint watch;
    gboolean registered;               /* with the GATT client of this link */
    GDBusMethodInvocation *invocation; /* waits for the configuration to be written */
} Session;

struct _BhNotify {
    const BhGattShared *shared; /* borrowed: outlives the object */
    BhPeerAttribute *attribute; /* borrowed: outlives the object */
    BhProps *props;             /* borrowed: outlives the object */
    GPtrArray *sessions;        /* Session */
    gboolean writing;
    gboolean on;
};

static void
session_free(gpointer data)
{
    Session *session = data;

    if (session->watch != 0)
        g_bus_unwatch_name(session->watch);
    g_clear_object(&session->invocation);
    g_free(session->sender);
    g_free(session);
}

BhNotify *
bh_notify_new(const BhGattShared *shared, BhPeerAttribute *attribute, BhProps *props)
{
    BhNotify *notify = g_new0(BhNotify, 1);

    notify->shared = shared;
    notify->attribute = attribute;
    notify->props = props;
    notify->sessions = g_ptr_array_new_with_free_func(session_free);
    return notify;
}

void
bh_notify_free(BhNotify *notify)
{
    if (notify->shared->att != NULL)
        bh_att_cancel(notify->shared->att, notify);
    g_ptr_array_unref(notify->sessions);
    g_free(notify);
}

guint
bh_notify_count(const BhNotify *notify)
{
    guint count = 0;

    for (guint i = 0; notify->on && i < notify->sessions->len; i++)
        count += ((Session *)notify->sessions->pdata[i])->registered;
    return count;
}

static void
set_notifying(BhNotify *notify, gboolean notifying)
{
    g_autoptr(GVariant) now = bh_props_dup(notify->props, "Notifying", NULL);

    if (g_variant_get_boolean(now) != notifying)
        bh_props_set(notify->props, "Notifying", g_variant_new_boolean(notifying));
}

static void
answer(Session *session, guint8 status)
{
    GDBusMethodInvocation *invocation = g_steal_pointer(&session->invocation);

    if (invocation == NULL)
        return;
    bh_props_flush(session->notify->props);
    if (status == BH_ATT_SUCCESS)
        g_dbus_method_invocation_return_value(invocation, NULL);
    else
        bh_gatt_refuse(invocation, status);
}

static gboolean
has_registered(const BhNotify *notify)
{
    for (guint i = 0; i < notify->sessions->len; i++) {
        if (((Session *)notify->sessions->pdata[i])->registered)
            return TRUE;
    }
    return FALSE;
}

static void
switch_off(BhNotify *notify)
{
    if (notify->on && notify->shared->att != NULL && notify->shared->own != notify->attribute)
        bh_att_configure(notify->shared->att, notify->attribute, 0, NULL, NULL);
    notify->on = FALSE;
}

/* The sessions that waited are answered; when the device refused, they are no more. Those that
 * began it may have gone meanwhile. */
static void
on_configured(guint8 status, const GByteArray *value, gpointer user_data)
{
    BhNotify *notify = user_data;

    notify->writing = FALSE;
    notify->on = status == BH_ATT_SUCCESS;
    if (!has_registered(notify)) {
        switch_off(notify);
        return;
    }
    if (notify->on)
        set_notifying(notify, TRUE);
    for (guint i = notify->sessions->len; i > 0; i--) {
        Session *session = notify->sessions->pdata[i - 1];

        if (!session->registered)
            continue;
        answer(session, status);
        if (!notify->on)
            g_ptr_array_remove_index(notify->sessions, i - 1);
    }
}

static void
register_session(BhNotify *notify, Session *session)
{
    gboolean indicates = !(notify->attribute->config->flags & BH_GATT_NOTIFY);

    session->registered = TRUE;
    if (notify->on) {
        set_notifying(notify, TRUE);
        answer(session, BH_ATT_SUCCESS);
    } else if (!notify->writing) {
        notify->writing = TRUE;
        bh_att_configure(notify->shared->att,
                         notify->attribute,
                         indicates ? CONFIGURE_INDICATE : CONFIGURE_NOTIFY,
                         on_configured,
                         notify);
    }
}

static Session *
find_session(BhNotify *notify, const char *sender)
{
    for (guint i = 0; i < notify->sessions->len; i++) {
        Session *session = notify->sessions->pdata[i];

        if (g_str_equal(session->sender, sender))
            return session;
    }
    return NULL;
}

static void
remove_session(BhNotify *notify, Session *session)
{
    g_ptr_array_remove(notify->sessions, session);
    if (has_registered(notify))
        return;
    set_notifying(notify, FALSE);
    switch_off(notify);
}

static void
on_sender_gone(GDBusConnection *connection, const char *name, gpointer user_data)
{
    Session *session = user_data;

    remove_session(session->notify, session);
}

static Session *
add_session(BhNotify *notify, GDBusMethodInvocation *invocation)
{
    Session *session = g_new0(Session, 1);

    session->notify = notify;
    session->sender = g_strdup(g_dbus_method_invocation_get_sender(invocation));
    session->watch =
        g_bus_watch_name_on_connection(g_dbus_method_invocation_get_connection(invocation),
                                       session->sender,
                                       G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       NULL,
                                       on_sender_gone,
                                       session,
                                       NULL);
    g_ptr_array_add(notify->sessions, session);
    return session;
}

/* Without a link it succeeds, too, and is done when there is one. */
void
bh_notify_start(BhNotify *notify, GDBusMethodInvocation *invocation)
{
    Session *session = find_session(notify, g_dbus_method_invocation_get_sender(invocation));

    if (notify->shared->disconnecting) {
        bh_bluez_refuse(invocation, "NotConnected", "Not Connected");
    } else if (session != NULL && !session->registered) {
        bh_bluez_refuse(invocation, "InProgress", "In Progress");
    } else if (session != NULL) {
        g_dbus_method_invocation_return_value(invocation, NULL);
    } else if (notify->shared->att == NULL) {
        add_session(notify, invocation);
        g_dbus_method_invocation_return_value(invocation, NULL);
    } else {
        session = add_session(notify, invocation);
        session->invocation = invocation;
        register_session(notify, session);
    }
}

void
bh_notify_stop(BhNotify *notify, GDBusMethodInvocation *invocation)
{
    Session *session = find_session(notify, g_dbus_method_invocation_get_sender(invocation));

    if (session == NULL) {
        bh_bluez_refuse(invocation, "Failed", "No notify session started");
        return;
    }
    remove_session(notify, session);
    bh_props_flush(notify->props);
    g_dbus_method_invocation_return_value(invocation, NULL);
}

void
bh_notify_connected(BhNotify *notify)
{
    for (guint i = 0; i < notify->sessions->len; i++)
        register_session(notify, notify->sessions->pdata[i]);
}

/* Notifying stays as it was. */
void
bh_notify_disconnected(BhNotify *notify)
{
    notify->on = FALSE;
    notify->writing = FALSE;
    for (guint i = 0; i < notify->sessions->len; i++)
        ((Session *)notify->sessions->pdata[i])->registered = FALSE;
}
