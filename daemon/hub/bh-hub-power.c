/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The radio off and on, for one user or all: the votes are the power keeper's, what they mean for
 * what users have is handed to those who keep that.
 */
#include "bh-hub-private.h"
#include "bh-log.h"

/* What is linked by an adapter that neither we nor a central of ours made. */
static guint
count_foreign(gpointer user_data, guint8 slot)
{
    BhHub *self = user_data;
    guint links = bh_remotes_count_links(self->remotes, slot);
    guint known = bh_remotes_count_own_links(self->remotes, slot) +
                  bh_local_count_centrals(self->local, slot);

    return links > known ? links - known : 0;
}

static void
apply(BhHub *self)
{
    bh_local_look(self->local);
    bh_hub_look_at_radio(self);
    bh_hub_reconcile(self);
}

static void
went_off(gpointer user_data, guint32 uid)
{
    BhHub *self = user_data;

    bh_scans_radio_off(self->scans, uid);
    bh_watches_radio_off(self->watches, uid);
    bh_local_radio_off(self->local, uid);
    bh_remotes_radio_off(self->remotes, uid);
    apply(self);
}

static void
came_back(gpointer user_data)
{
    BhHub *self = user_data;

    apply(self);
    bh_remotes_radio_on(self->remotes);
}

static const BhPowerKeeperFuncs funcs = {
    .count_foreign = count_foreign,
    .went_off = went_off,
    .came_back = came_back,
};

const BhPowerKeeperFuncs *
bh_hub_peek_power_funcs(void)
{
    return &funcs;
}

static void
log_wish(BhClient *client, const char *what)
{
    bh_log_client(G_LOG_LEVEL_MESSAGE,
                  BH_MESSAGE_CLIENT,
                  bh_client_get_name(client),
                  bh_client_get_uid(client),
                  "client %s of user %u wants the radio %s",
                  bh_client_get_name(client),
                  bh_client_get_uid(client),
                  what);
}

void
bh_hub_radio_off_async(BhHub *self,
                       BhClient *client,
                       gboolean force,
                       gint64 timeout_ms,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
    GTask *task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_hub_radio_off_async);
    log_wish(client, force ? "off, whoever else wants it" : "off");
    bh_power_keeper_off(self->power, task, client, force, timeout_ms);
}

gboolean
bh_hub_radio_off_finish(BhHub *self, GAsyncResult *result, GArray **users, GError **error)
{
    *users = g_task_propagate_pointer(G_TASK(result), error);
    return *users != NULL;
}

void
bh_hub_radio_on_async(BhHub *self,
                      BhClient *client,
                      gboolean lifts_force,
                      gint64 timeout_ms,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
    GTask *task = g_task_new(self, NULL, callback, user_data);

    g_task_set_source_tag(task, bh_hub_radio_on_async);
    log_wish(client, "on");
    bh_power_keeper_on(self->power, task, client, lifts_force, timeout_ms);
}

gboolean
bh_hub_radio_on_finish(BhHub *self, GAsyncResult *result, GError **error)
{
    return g_task_propagate_boolean(G_TASK(result), error);
}
