/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One call of GetId, which the bus answers itself.
 */
#include "bh-bluez-check.h"

#include "bh-bluez-error.h"

typedef struct {
    GQueue *checks; /* borrowed: outlives this */
    GList link;     /* in checks */
    GTask *task;
    sd_bus_slot *slot;
    GSource *cancelled; /* NULL = cannot be cancelled */
} Check;

/* Takes error; NULL = success. */
static void
end_check(Check *check, GError *error)
{
    g_autoptr(GTask) task = check->task;

    g_queue_unlink(check->checks, &check->link);
    sd_bus_slot_unref(check->slot);
    if (check->cancelled != NULL) {
        g_source_destroy(check->cancelled);
        g_source_unref(check->cancelled);
    }
    g_free(check);
    if (error != NULL)
        g_task_return_error(task, error);
    else
        g_task_return_boolean(task, TRUE);
}

static int
on_id(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    const sd_bus_error *cause = sd_bus_message_get_error(message);
    GError *error = NULL;

    if (cause != NULL)
        bh_bluez_error_set(&error, cause, "bus");
    end_check(data, error);
    return 1;
}

static gboolean
on_cancelled(GCancellable *cancellable, gpointer data)
{
    end_check(data, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "bus: cancelled"));
    return G_SOURCE_REMOVE;
}

void
bh_bluez_check_start(BhBluezBus *bus, GQueue *checks, guint timeout_ms, GTask *task)
{
    GCancellable *cancellable = g_task_get_cancellable(task);
    g_autoptr(sd_bus_message) message = bh_bluez_bus_new_driver_call(bus, "GetId");
    Check *check = g_new0(Check, 1);

    check->task = task;
    check->checks = checks;
    check->link.data = check;
    g_queue_push_tail_link(checks, &check->link);
    check->slot = bh_bluez_bus_send(bus, message, timeout_ms, on_id, check);
    if (check->slot == NULL) {
        end_check(check, g_error_new_literal(BH_ERROR, BH_ERROR_FAILED, "bus: connection is gone"));
        return;
    }
    if (cancellable != NULL) {
        check->cancelled = g_cancellable_source_new(cancellable);
        g_source_set_callback(check->cancelled, G_SOURCE_FUNC(on_cancelled), check, NULL);
        g_source_attach(check->cancelled, NULL);
    }
}

void
bh_bluez_checks_cancel(GQueue *checks)
{
    while (checks->head != NULL)
        on_cancelled(NULL, checks->head->data);
}
