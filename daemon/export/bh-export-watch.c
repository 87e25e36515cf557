/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Parse, call the watch, answer. The object lives from the watch's making to its release.
 */
#include "bh-export-watch.h"

#include "bh-call.h"
#include "bh-ema.h"
#include "bh-export-owned.h"
#include "bh-gatt-options.h"
#include "bh-watch-rows.h"
#include "bh-watch-signals.h"

struct _BhExportWatch {
    BhDbusWatch1Skeleton parent;
    BhWatch *watch;
    BhWatchSignals *signals; /* NULL without Signals=true */
    BhExportContext context;
};

static void watch_iface_init(BhDbusWatch1Iface *iface);
static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhExportWatch,
                              bh_export_watch,
                              BH_DBUS_TYPE_WATCH1_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_DBUS_TYPE_WATCH1, watch_iface_init)
                                  G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

/* GetStates, GetStatistics */

typedef gboolean (*ParseFunc)(GVariant *dict, BhStatesOptions *options, GError **error);

static gboolean
answer_rows(BhDbusWatch1 *object,
            GDBusMethodInvocation *invocation,
            GVariant *dict,
            BhWatchRowsKind kind,
            ParseFunc parse)
{
    BhExportWatch *self = BH_EXPORT_WATCH(object);
    g_auto(BhStatesOptions) options = {0};
    GError *error = NULL;

    if (parse(dict, &options, &error))
        bh_watch_rows_answer(&self->context, self->watch, kind, &options, invocation);
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_get_states(BhDbusWatch1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    return answer_rows(object, invocation, options, BH_WATCH_ROWS_STATES, bh_states_options_parse);
}

static gboolean
handle_get_statistics(BhDbusWatch1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    return answer_rows(object,
                       invocation,
                       options,
                       BH_WATCH_ROWS_STATISTICS,
                       bh_statistics_options_parse);
}

/* WaitZone */

static void
on_waited(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(BhCall) call = user_data;
    BhExportWatch *self = BH_EXPORT_WATCH(call->object);
    GError *error = NULL;
    g_autoptr(BhWatchChange) change = bh_watch_wait_finish(BH_WATCH(source), result, &error);

    if (change != NULL)
        bh_dbus_watch1_complete_wait_zone(BH_DBUS_WATCH1(self),
                                          call->invocation,
                                          bh_watch_row_of_change(self->context.hub,
                                                                 &change->state,
                                                                 change->now_us,
                                                                 change->from,
                                                                 change->changes));
    else
        g_dbus_method_invocation_take_error(call->invocation, error);
}

static gboolean
handle_wait_zone(BhDbusWatch1 *object, GDBusMethodInvocation *invocation, GVariant *options)
{
    BhExportWatch *self = BH_EXPORT_WATCH(object);
    GError *error = NULL;
    gint64 timeout_ms;

    if (bh_timeout_options_parse(options, BH_WAIT_DEFAULT_MS, 0, &timeout_ms, &error))
        bh_watch_wait_async(self->watch,
                            bh_gate_peek_client(self->context.gate, invocation),
                            timeout_ms,
                            on_waited,
                            bh_call_new(object, invocation));
    else
        g_dbus_method_invocation_take_error(invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Properties */

static void
refresh(BhExported *exported)
{
    BhExportWatch *self = BH_EXPORT_WATCH(exported);
    BhDbusWatch1 *object = BH_DBUS_WATCH1(exported);
    const BhPresence *presence = bh_watch_peek_presence(self->watch);

    bh_dbus_watch1_set_state(object, bh_watch_get_state(self->watch));
    bh_dbus_watch1_set_identities(object, bh_presence_count(presence));
    bh_dbus_watch1_set_readings(object, bh_presence_get_readings(presence));
    bh_dbus_watch1_set_forgotten(object, bh_presence_get_forgotten(presence));
}

/* How fast it follows, as far as that does not depend on how often a thing advertises. */
static void
set_response(BhDbusWatch1 *object, const BhPresenceSettings *settings)
{
    if (settings->half_life_us == 0) {
        bh_dbus_watch1_set_window(object, bh_ema_window(settings->alpha));
        bh_dbus_watch1_set_response_samples(object, bh_ema_response(settings->alpha));
    }
    bh_dbus_watch1_set_response_ms(object, bh_presence_settings_get_response_ms(settings, 0.0));
}

static void
on_state_changed(BhWatch *watch, BhExportWatch *self)
{
    bh_object_manager_tell_changed(self->context.manager,
                                   BH_EXPORTED(self),
                                   "State",
                                   g_variant_new_string(bh_watch_get_state(watch)));
}

/* Object */

static void
foreach_owner(BhExported *exported, BhExportedOwnerFunc func, gpointer user_data)
{
    func(bh_owned_peek_client(BH_OWNED(BH_EXPORT_WATCH(exported)->watch)), user_data);
}

static void
watch_iface_init(BhDbusWatch1Iface *iface)
{
    iface->handle_get_states = handle_get_states;
    iface->handle_get_statistics = handle_get_statistics;
    iface->handle_wait_zone = handle_wait_zone;
}

static void
exported_iface_init(BhExportedInterface *iface)
{
    iface->foreach_owner = foreach_owner;
    iface->refresh = refresh;
}

static void
bh_export_watch_finalize(GObject *object)
{
    BhExportWatch *self = BH_EXPORT_WATCH(object);

    g_clear_pointer(&self->signals, bh_watch_signals_free);
    g_object_unref(self->watch);
    G_OBJECT_CLASS(bh_export_watch_parent_class)->finalize(object);
}

static void
bh_export_watch_class_init(BhExportWatchClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = bh_export_watch_finalize;
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = bh_gate_get_vtable;
}

static void
bh_export_watch_init(BhExportWatch *self)
{
}

char *
bh_export_watch_publish(BhWatch *watch,
                        const BhWatchOptions *options,
                        const BhExportContext *context)
{
    g_autoptr(BhExportWatch) self = g_object_new(BH_TYPE_EXPORT_WATCH, NULL);
    BhDbusWatch1 *object = BH_DBUS_WATCH1(self);

    self->watch = g_object_ref(watch);
    self->context = *context;
    bh_dbus_watch1_set_options(object, bh_watch_options_to_variant(options));
    set_response(object, bh_watch_peek_settings(watch));
    if (options->signals)
        self->signals = bh_watch_signals_new(&self->context, watch, BH_EXPORTED(self));
    g_signal_connect_object(watch,
                            "state-changed",
                            G_CALLBACK(on_state_changed),
                            self,
                            (GConnectFlags)0);
    return bh_export_owned_publish(BH_EXPORTED(self), BH_OWNED(watch), "watch", context->manager);
}
