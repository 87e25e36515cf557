/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Only the head of a line is ever under way. Lines whose head may be sent stand in a queue of their
 * own, because the bus allows 128 unanswered calls on a connection.
 */
#include "bh-bluez-operation.h"

#include "bh-bluez-att.h"
#include "bh-bluez-error.h"
#include "bh-bluez-gatt-call.h"
#include "bh-bluez-links.h"
#include "bh-bluez-notify.h"
#include "bh-bluez-version.h"
#include "bh-error.h"

#define ACTIVE_MAX 48
#define RETRY_MAX_MS 100
/* The first BlueZ that shows what it claims, and refuses to write to it. */
#define REFUSES_MAJOR 5
#define REFUSES_MINOR 80

typedef struct {
    BhBluezCentral *central; /* borrowed: owns this */
    char *path;
    char *device; /* path of the link */
    BhBluezGattKind kind;
    gboolean claimed; /* perhaps, by BlueZ */
    GQueue operations;
    GList link; /* in ready_lines, if is_ready */
    gboolean is_ready;
    sd_bus_slot *slot; /* the head is under way */
    gboolean refused;  /* and was when a pairing over the link failed */
    GError *doubt;     /* its end, unless the link turns out to be gone */
    guint timer;       /* the head is tried again */
    guint retries;     /* of the head */
} Line;

typedef struct {
    Line *line;    /* borrowed: owns this */
    GList link;    /* in the line */
    GBytes *value; /* NULL = read */
    guint16 offset;
    BhWriteKind kind;
    BhBluezWaiter waiter;
} Operation;

/* Lines */

static void
free_operation(Operation *operation)
{
    g_queue_unlink(&operation->line->operations, &operation->link);
    g_clear_pointer(&operation->value, g_bytes_unref);
    g_free(operation);
}

static void
set_ready(Line *line, gboolean ready)
{
    if (line->is_ready == ready)
        return;
    line->is_ready = ready;
    if (ready)
        g_queue_push_tail_link(&line->central->ready_lines, &line->link);
    else
        g_queue_unlink(&line->central->ready_lines, &line->link);
}

static void
clear_slot(Line *line)
{
    if (line->slot == NULL)
        return;
    g_clear_pointer(&line->slot, sd_bus_slot_unref);
    line->refused = FALSE;
    line->central->active_operations--;
}

static void
free_line(gpointer data)
{
    Line *line = data;

    set_ready(line, FALSE);
    clear_slot(line);
    g_clear_handle_id(&line->timer, g_source_remove);
    g_clear_error(&line->doubt);
    g_free(line->path);
    g_free(line->device);
    g_free(line);
}

static Line *
ensure_line(BhBluezCentral *self, const BhBluezGattPlace *place, const char *device)
{
    Line *line = g_hash_table_lookup(self->lines, place->path);

    if (line != NULL)
        return line;
    line = g_new0(Line, 1);
    line->central = self;
    line->path = g_strdup(place->path);
    line->device = g_strdup(device);
    line->kind = place->kind;
    line->claimed = place->claimed;
    line->link.data = line;
    g_hash_table_insert(self->lines, line->path, line);
    return line;
}

static Operation *
peek_head(const Line *line)
{
    return line->operations.head != NULL ? line->operations.head->data : NULL;
}

/* Sending */

static void send_ready(BhBluezCentral *self);

/* After the head went: the next one, or the end of the line. */
static void
advance(BhBluezCentral *self, Line *line)
{
    line->retries = 0;
    if (line->operations.head != NULL)
        set_ready(line, TRUE);
    else
        g_hash_table_remove(self->lines, line->path);
    send_ready(self);
    bh_bluez_central_update_pace(self);
}

static gboolean
on_retry(gpointer data)
{
    Line *line = data;

    line->timer = 0;
    set_ready(line, TRUE);
    send_ready(line->central);
    return G_SOURCE_REMOVE;
}

static void
retry(Line *line)
{
    guint wait_ms = line->central->bluez->timing.retry_ms * ++line->retries;

    line->timer = g_timeout_add(MIN(wait_ms, RETRY_MAX_MS), on_retry, line);
}

static void
end_read(Operation *operation, sd_bus_message *message)
{
    g_autoptr(GTask) task = bh_bluez_waiter_take(&operation->waiter);
    guint16 offset = operation->offset;
    g_autoptr(GBytes) value = bh_bluez_gatt_call_dup_value(message, operation->line->kind, offset);

    if (value != NULL && operation->line->kind == BH_BLUEZ_GATT_CHARACTERISTIC)
        bh_bluez_notify_read_done(operation->line->central, operation->line->path, offset, value);
    free_operation(operation);
    if (task == NULL)
        return;
    if (value == NULL)
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_FAILED, "BlueZ's answer is no value");
    else
        g_task_return_pointer(task, g_steal_pointer(&value), (GDestroyNotify)g_bytes_unref);
}

static void
end_write(Operation *operation)
{
    BhBluezWaiter waiter = operation->waiter;

    free_operation(operation);
    bh_bluez_waiter_succeed(&waiter);
}

static void
end_badly(Operation *operation, GError *error)
{
    BhBluezWaiter waiter = operation->waiter;

    if (operation->value == NULL)
        bh_bluez_notify_read_failed(operation->line->central, operation->line->path);
    free_operation(operation);
    bh_bluez_waiter_fail(&waiter, error);
}

static void
go_on(BhBluezCentral *self, const char *path)
{
    Line *line = g_hash_table_lookup(self->lines, path);

    if (line != NULL && line->slot == NULL && line->timer == 0)
        advance(self, line);
    else
        send_ready(self);
}

/* The news that the link is gone would have ended the line. */
static gboolean
on_doubt_over(gpointer data)
{
    Line *line = data;
    BhBluezCentral *self = line->central;
    g_autofree char *path = g_strdup(line->path);

    line->timer = 0;
    end_badly(peek_head(line), g_steal_pointer(&line->doubt));
    go_on(self, path);
    return G_SOURCE_REMOVE;
}

/* When an adapter is switched off, BlueZ says so even later than in its next answer. */
static int
on_answer_to_doubt(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Line *line = data;

    clear_slot(line);
    line->timer = g_timeout_add(line->central->bluez->timing.doubt_ms, on_doubt_over, line);
    send_ready(line->central);
    return 1;
}

static gboolean
ask_about(Line *line)
{
    BhBluez *bluez = line->central->bluez;
    g_autoptr(sd_bus_message) message = bh_bluez_gatt_call_new_question(bluez->bus, line->device);

    line->slot =
        bh_bluez_bus_send(bluez->bus, message, bluez->timing.call_ms, on_answer_to_doubt, line);
    if (line->slot != NULL)
        line->central->active_operations++;
    return line->slot != NULL;
}

static gboolean
may_be_bluez_own(const Line *line)
{
    const BhBluez *bluez = line->central->bluez;

    return line->claimed && peek_head(line)->value != NULL &&
           (!bh_bluez_version_is_known(bluez) ||
            bh_bluez_version_is_since(bluez, REFUSES_MAJOR, REFUSES_MINOR));
}

static void
take_refusal(Line *line, const sd_bus_error *cause)
{
    GError *refusal = may_be_bluez_own(line) ? bh_bluez_att_new_claimed_error(cause)
                                             : bh_bluez_att_new_error(cause);

    line->doubt = bh_bluez_links_judge_refusal(line->central, line->device, refusal);
    if (!bh_bluez_att_may_be_lost_link(line->doubt) || !ask_about(line))
        end_badly(peek_head(line), g_steal_pointer(&line->doubt));
}

/* Another program's operation is under way. */
static void
take_busy(Line *line)
{
    Operation *head = peek_head(line);

    if (bh_bluez_waiter_is_wanted(&head->waiter))
        retry(line);
    else
        end_badly(head, g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "cancelled"));
}

static int
on_reply(sd_bus_message *message, void *data, sd_bus_error *unused)
{
    Line *line = data;
    BhBluezCentral *self = line->central;
    g_autofree char *path = g_strdup(line->path);
    const sd_bus_error *error = sd_bus_message_get_error(message);
    Operation *head = peek_head(line);

    clear_slot(line);
    if (error != NULL && bh_bluez_error_is_in_progress(error)) {
        take_busy(line);
        go_on(self, path);
        return 1;
    }
    if (error != NULL)
        take_refusal(line, error);
    else if (head->value != NULL)
        end_write(head);
    else
        end_read(head, message);
    go_on(self, path);
    return 1;
}

static void
send_head(BhBluezCentral *self, Line *line)
{
    const Operation *head = peek_head(line);
    g_autoptr(sd_bus_message) message = bh_bluez_gatt_call_new(self->bluez->bus,
                                                               line->kind,
                                                               line->path,
                                                               head->value,
                                                               head->offset,
                                                               head->kind);

    line->slot =
        bh_bluez_bus_send(self->bluez->bus, message, self->bluez->timing.gatt_ms, on_reply, line);
    if (line->slot != NULL)
        self->active_operations++;
}

/* A head that is cancelled is about to make room for the next one. */
static void
send_ready(BhBluezCentral *self)
{
    while (self->active_operations < ACTIVE_MAX && self->ready_lines.head != NULL) {
        Line *line = self->ready_lines.head->data;
        set_ready(line, FALSE);
        if (!bh_bluez_waiter_is_wanted(&peek_head(line)->waiter))
            continue;
        send_head(self, line);
        if (line->slot == NULL)
            retry(line); /* the connection is gone, and all of this with it soon */
    }
}

/* Waiting ones are forgotten; BlueZ goes on with one that is under way. */
static gboolean
on_cancelled(gpointer data)
{
    Operation *operation = data;
    Line *line = operation->line;
    BhBluezCentral *self = line->central;
    BhBluezWaiter waiter = operation->waiter;
    gboolean is_head = operation == peek_head(line);

    if (is_head && line->slot != NULL)
        return G_SOURCE_REMOVE;
    free_operation(operation);
    if (is_head) {
        g_clear_handle_id(&line->timer, g_source_remove);
        g_clear_error(&line->doubt);
        advance(self, line);
    }
    bh_bluez_waiter_fail_literal(&waiter, BH_ERROR_CANCELLED, "cancelled");
    return G_SOURCE_REMOVE;
}

static gboolean
can_write(const BhBluezGattPlace *place, const GBytes *value)
{
    return value == NULL || place->kind != BH_BLUEZ_GATT_BATTERY;
}

static void
push_operation(BhBluezCentral *self, Line *line, Operation *operation)
{
    operation->line = line;
    operation->link.data = operation;
    g_queue_push_tail_link(&line->operations, &operation->link);
    if (line->operations.length == 1)
        set_ready(line, TRUE);
    send_ready(self);
    bh_bluez_central_update_pace(self);
}

void
bh_bluez_operation_start(BhBluezCentral *self,
                         const BhLinkKey *key,
                         guint16 handle,
                         guint16 offset,
                         GBytes *value,
                         BhWriteKind kind,
                         GTask *task_in)
{
    g_autoptr(GTask) task = task_in;
    BhBluezLink *link = bh_bluez_links_find(self, key);
    BhBluezGattPlace place;

    if (link == NULL || !link->connected || link->path == NULL) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_DISCONNECTED, "there is no link");
        return;
    }
    if (!bh_bluez_gatt_find(self->gatt, link->path, handle, &place)) {
        g_task_return_new_error(task, BH_ERROR, BH_ERROR_NOT_FOUND, "no handle 0x%04x", handle);
        return;
    }
    g_autofree char *path = place.path;
    if (!can_write(&place, value)) {
        g_task_return_error(task, bh_error_new_att(0x03));
        return;
    }
    Operation *operation = g_new0(Operation, 1);
    operation->value = value != NULL ? g_bytes_ref(value) : NULL;
    operation->offset = offset;
    operation->kind = kind;
    bh_bluez_waiter_begin(&operation->waiter, g_steal_pointer(&task), on_cancelled, operation);
    push_operation(self, ensure_line(self, &place, link->path), operation);
}

gboolean
bh_bluez_operations_is_reading(BhBluezCentral *self, const char *path)
{
    const Line *line = g_hash_table_lookup(self->lines, path);

    return line != NULL && line->slot != NULL && peek_head(line)->value == NULL;
}

/* The end */

typedef Line *(*Find)(BhBluezCentral *self, const char *what);

static Line *
find_line(BhBluezCentral *self, const char *path)
{
    return g_hash_table_lookup(self->lines, path);
}

/* device: NULL = any. */
static Line *
find_line_of(BhBluezCentral *self, const char *device)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->lines);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        if (device == NULL || g_str_equal(((Line *)value)->device, device))
            return value;
    return NULL;
}

/* A question about the link that is under way is no call on an attribute. */
void
bh_bluez_operations_refused(BhBluezCentral *self, const char *device)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->lines);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Line *line = value;
        if (line->slot != NULL && line->doubt == NULL && g_str_equal(line->device, device))
            line->refused = TRUE;
    }
}

gboolean
bh_bluez_operations_are_refused(BhBluezCentral *self, const char *device)
{
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, self->lines);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Line *line = value;
        if (line->refused && g_str_equal(line->device, device))
            return TRUE;
    }
    return FALSE;
}

static void
end_line(BhBluezCentral *self, Line *line, GArray *waiters)
{
    while (line->operations.head != NULL) {
        Operation *operation = line->operations.head->data;
        g_array_append_val(waiters, operation->waiter);
        free_operation(operation);
    }
    g_hash_table_remove(self->lines, line->path);
}

/* All that are found. Takes all waiters out first, because those who are told may come back. */
static void
end_lines(BhBluezCentral *self, Find find, const char *what, const GError *error)
{
    g_autoptr(GArray) waiters = g_array_new(FALSE, FALSE, sizeof(BhBluezWaiter));
    Line *line;

    while ((line = find(self, what)) != NULL)
        end_line(self, line, waiters);
    for (guint i = 0; i < waiters->len; i++)
        bh_bluez_waiter_fail(&g_array_index(waiters, BhBluezWaiter, i), g_error_copy(error));
    send_ready(self);
    bh_bluez_central_update_pace(self);
}

void
bh_bluez_operations_link_gone(BhBluezCentral *self, const BhBluezLink *link)
{
    g_autoptr(GError) error = bh_bluez_link_new_error(link);

    if (link->path != NULL)
        end_lines(self, find_line_of, link->path, error);
}

/* BlueZ answers none of the calls it was busy with. */
void
bh_bluez_operations_removed(BhBluezCentral *self, const char *path)
{
    g_autoptr(GError) error =
        g_error_new_literal(BH_ERROR, BH_ERROR_NOT_FOUND, "the attribute is gone");

    end_lines(self, find_line, path, error);
}

void
bh_bluez_operations_init(BhBluezCentral *self)
{
    self->lines = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_line);
    g_queue_init(&self->ready_lines);
}

void
bh_bluez_operations_clear(BhBluezCentral *self)
{
    g_autoptr(GError) error = g_error_new_literal(BH_ERROR, BH_ERROR_CANCELLED, "stopped");

    end_lines(self, find_line_of, NULL, error);
}
