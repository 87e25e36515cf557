/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A ring of clients, each with the operations of its own that wait. Only the first of a client may
 * begin, which keeps its order; who began one goes to the end of the ring, which is the fairness.
 * A client stays in the ring while it has operations that wait or are under way.
 */
#include "bh-operations.h"

typedef struct {
    BhOperations *operations;
    BhClient *client;
    gulong on_gone;
    GQueue waiting; /* BhOperation, oldest first */
    GQueue begun;   /* BhOperation */
} Turn;

struct BhOperation {
    Turn *turn; /* borrowed; NULL once the operations have ended it */
    const BhOperationKind *kind;
    GTask *task;   /* NULL once the caller was answered */
    gpointer data; /* of the task, which is kept for it */
    GTask *keeper;
    guint32 uid;
    guint32 attribute;
    gboolean begun;
    gint64 timeout_ms;
    gint64 deadline_us; /* of the timer */
    BhTimer *timer;
    GCancellable *cancellable;
};

struct BhOperations {
    BhQuota *quota;   /* borrowed: outlives us */
    BhClock *clock;   /* borrowed: outlives us */
    GQueue turns;     /* Turn, whose turn is next first */
    GHashTable *busy; /* attributes */
    guint sharing;    /* operations under way that share */
    guint count;
    gboolean serving;
    gboolean pairing; /* BlueZ makes operations wait for it */
};

static void serve(BhOperations *self);

/* Turns */

static void on_client_gone(BhClient *client, Turn *turn);

static Turn *
ensure_turn(BhOperations *self, BhClient *client)
{
    Turn *turn;

    for (GList *it = self->turns.head; it != NULL; it = it->next)
        if (((Turn *)it->data)->client == client)
            return it->data;
    turn = g_new0(Turn, 1);
    turn->operations = self;
    turn->client = g_object_ref(client);
    turn->on_gone = g_signal_connect(client, "gone", G_CALLBACK(on_client_gone), turn);
    g_queue_init(&turn->waiting);
    g_queue_init(&turn->begun);
    g_queue_push_tail(&self->turns, turn);
    return turn;
}

static void
forget_turn_if_idle(Turn *turn)
{
    if (!g_queue_is_empty(&turn->waiting) || !g_queue_is_empty(&turn->begun))
        return;
    g_queue_remove(&turn->operations->turns, turn);
    g_clear_signal_handler(&turn->on_gone, turn->client);
    g_object_unref(turn->client);
    g_free(turn);
}

/* Answers */

static GTask *
take_task(BhOperation *self)
{
    BhOperations *operations = self->turn->operations;

    bh_clear_timer(&self->timer);
    bh_quota_give(operations->quota, self->uid, BH_QUOTA_OPERATIONS);
    return g_steal_pointer(&self->task);
}

static void
operation_free(BhOperation *self)
{
    g_object_unref(self->cancellable);
    g_object_unref(self->keeper);
    g_free(self);
}

/* Out of the lists; what has begun is freed when its work ends. */
static void
detach(BhOperation *self)
{
    Turn *turn = g_steal_pointer(&self->turn);
    BhOperations *operations = turn->operations;

    operations->count--;
    g_queue_remove(self->begun ? &turn->begun : &turn->waiting, self);
    if (self->begun && self->kind->shares)
        operations->sharing--;
    else if (self->begun)
        g_hash_table_remove(operations->busy, GUINT_TO_POINTER(self->attribute));
    forget_turn_if_idle(turn);
    if (!self->begun)
        operation_free(self);
}

/* Gives up the caller, who is returned to be answered; the operation stays if it has begun. It is
 * taken back last, because its end may come at once. */
static GTask *
abandon(BhOperation *self)
{
    g_autoptr(GCancellable) cancellable = g_object_ref(self->cancellable);
    GTask *task = take_task(self);

    if (!self->begun)
        detach(self);
    g_cancellable_cancel(cancellable);
    return task;
}

static void
on_late(gpointer user_data)
{
    BhOperation *self = user_data;
    BhOperations *operations = self->turn->operations;
    const char *message = self->begun ? "the device did not answer in time"
                                      : "operations before this one took all its time";
    g_autoptr(GTask) task = abandon(self);

    serve(operations);
    g_task_return_new_error(task, BH_ERROR, BH_ERROR_TIMEOUT, "%s", message);
}

/* Moves a deadline out, never in. */
static void
set_deadline(BhOperation *self, gint64 after_ms)
{
    BhClock *clock = self->turn->operations->clock;
    gint64 deadline_us = bh_clock_now_us(clock) + after_ms * 1000;

    if (self->task == NULL || deadline_us <= self->deadline_us)
        return;
    self->deadline_us = deadline_us;
    bh_clear_timer(&self->timer);
    self->timer = bh_clock_call_in(clock, after_ms, on_late, self);
}

static GPtrArray *
list_unanswered(Turn *turn)
{
    GPtrArray *list = g_ptr_array_new();

    for (GList *it = turn->waiting.head; it != NULL; it = it->next)
        g_ptr_array_add(list, it->data);
    for (GList *it = turn->begun.head; it != NULL; it = it->next)
        if (((BhOperation *)it->data)->task != NULL)
            g_ptr_array_add(list, it->data);
    return list;
}

static void
on_client_gone(BhClient *client, Turn *turn)
{
    BhOperations *operations = turn->operations;
    g_autoptr(GPtrArray) list = list_unanswered(turn);
    g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func(g_object_unref);

    for (guint i = 0; i < list->len; i++)
        g_ptr_array_add(tasks, abandon(list->pdata[i]));
    serve(operations);
    for (guint i = 0; i < tasks->len; i++)
        g_task_return_new_error(tasks->pdata[i], BH_ERROR, BH_ERROR_CANCELLED, "the caller left");
}

/* Begin */

static gboolean
may_begin(BhOperations *self, const BhOperation *operation)
{
    if (g_hash_table_contains(self->busy, GUINT_TO_POINTER(operation->attribute)))
        return FALSE;
    return !operation->kind->shares || self->sharing < BH_OPERATIONS_MAX_SHARING;
}

static void
begin(BhOperations *self, Turn *turn, BhOperation *operation)
{
    g_queue_remove(&turn->waiting, operation);
    g_queue_push_tail(&turn->begun, operation);
    operation->begun = TRUE;
    if (operation->kind->shares)
        self->sharing++;
    else
        g_hash_table_add(self->busy, GUINT_TO_POINTER(operation->attribute));
    if (self->pairing && operation->kind->may_pair)
        set_deadline(operation, BH_OPERATIONS_PAIRING_MS);
    operation->kind->begin(operation->data, operation);
}

/* The first in the ring that has something to begin. */
static Turn *
find_turn(BhOperations *self)
{
    for (GList *it = self->turns.head; it != NULL; it = it->next) {
        Turn *turn = it->data;
        const BhOperation *first = g_queue_peek_head(&turn->waiting);

        if (first != NULL && may_begin(self, first))
            return turn;
    }
    return NULL;
}

static void
serve(BhOperations *self)
{
    Turn *turn;

    if (self->serving)
        return;
    self->serving = TRUE;
    while ((turn = find_turn(self)) != NULL) {
        g_queue_remove(&self->turns, turn);
        g_queue_push_tail(&self->turns, turn);
        begin(self, turn, g_queue_peek_head(&turn->waiting));
    }
    self->serving = FALSE;
}

static gboolean
check(BhOperations *self, BhClient *client, GError **error)
{
    if (!bh_client_is_gone(client))
        return bh_quota_take(self->quota, bh_client_get_uid(client), BH_QUOTA_OPERATIONS, error);
    g_set_error_literal(error, BH_ERROR, BH_ERROR_CANCELLED, "the caller left");
    return FALSE;
}

void
bh_operations_add(BhOperations *self,
                  const BhOperationKind *kind,
                  GTask *task,
                  BhClient *client,
                  gint64 timeout_ms)
{
    g_autoptr(GTask) mine = task;
    gpointer data = g_task_get_task_data(task);
    guint32 attribute = 0;
    GError *error = NULL;
    BhOperation *operation;

    if (!kind->resolve(data, &attribute, &error) || !check(self, client, &error)) {
        g_task_return_error(mine, error);
        return;
    }
    operation = g_new0(BhOperation, 1);
    *operation = (BhOperation){
        .turn = ensure_turn(self, client),
        .kind = kind,
        .task = g_object_ref(task),
        .keeper = g_steal_pointer(&mine),
        .data = data,
        .uid = bh_client_get_uid(client),
        .attribute = attribute,
        .timeout_ms = timeout_ms,
        .cancellable = g_cancellable_new(),
    };
    set_deadline(operation, timeout_ms);
    self->count++;
    g_queue_push_tail(&operation->turn->waiting, operation);
    serve(self);
}

/* All together */

static GPtrArray *
list_all(BhOperations *self, gboolean waiting_only)
{
    GPtrArray *list = g_ptr_array_new();

    for (GList *turn = self->turns.head; turn != NULL; turn = turn->next) {
        for (GList *it = ((Turn *)turn->data)->waiting.head; it != NULL; it = it->next)
            g_ptr_array_add(list, it->data);
        for (GList *it = ((Turn *)turn->data)->begun.head; !waiting_only && it != NULL;
             it = it->next)
            g_ptr_array_add(list, it->data);
    }
    return list;
}

typedef struct {
    GTask *task;
    GError *error;
} Refusal;

/* Takes out those whose attribute is not there any more, before anybody is told. */
static GArray *
take_unresolved(BhOperations *self)
{
    GArray *refusals = g_array_new(FALSE, FALSE, sizeof(Refusal));
    g_autoptr(GPtrArray) list = list_all(self, TRUE);

    for (guint i = 0; i < list->len; i++) {
        BhOperation *operation = list->pdata[i];
        Refusal refusal = {0};

        if (operation->kind->resolve(operation->data, &operation->attribute, &refusal.error))
            continue;
        refusal.task = abandon(operation);
        g_array_append_val(refusals, refusal);
    }
    return refusals;
}

void
bh_operations_resolve(BhOperations *self)
{
    g_autoptr(GArray) refusals = take_unresolved(self);

    serve(self);
    for (guint i = 0; i < refusals->len; i++) {
        Refusal *refusal = &g_array_index(refusals, Refusal, i);
        g_autoptr(GTask) task = refusal->task;

        g_task_return_error(task, refusal->error);
    }
}

static void
give_time(BhOperations *self, gboolean pairing)
{
    for (GList *turn = self->turns.head; turn != NULL; turn = turn->next) {
        for (GList *it = ((Turn *)turn->data)->begun.head; it != NULL; it = it->next) {
            BhOperation *operation = it->data;

            if (operation->kind->may_pair)
                set_deadline(operation, pairing ? BH_OPERATIONS_PAIRING_MS : operation->timeout_ms);
        }
    }
}

void
bh_operations_pairing_began(BhOperations *self)
{
    self->pairing = TRUE;
    give_time(self, TRUE);
}

void
bh_operations_pairing_ended(BhOperations *self)
{
    self->pairing = FALSE;
    give_time(self, FALSE);
}

static void
take_back(GPtrArray *cancellables)
{
    for (guint i = 0; i < cancellables->len; i++)
        g_cancellable_cancel(cancellables->pdata[i]);
}

/* Takes everything out first, because whoever is answered may call again. */
void
bh_operations_end(BhOperations *self, BhError code, const char *message)
{
    g_autoptr(GPtrArray) list = list_all(self, FALSE);
    g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func(g_object_unref);
    g_autoptr(GPtrArray) cancellables = g_ptr_array_new_with_free_func(g_object_unref);

    self->pairing = FALSE;
    for (guint i = 0; i < list->len; i++) {
        BhOperation *operation = list->pdata[i];

        if (operation->task != NULL)
            g_ptr_array_add(tasks, take_task(operation));
        g_ptr_array_add(cancellables, g_object_ref(operation->cancellable));
        detach(operation);
    }
    take_back(cancellables);
    for (guint i = 0; i < tasks->len; i++)
        g_task_return_new_error(tasks->pdata[i], BH_ERROR, (gint)code, "%s", message);
}

void
bh_operations_end_user(BhOperations *self, guint32 uid, BhError code, const char *message)
{
    g_autoptr(GPtrArray) list = list_all(self, FALSE);
    g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func(g_object_unref);

    for (guint i = 0; i < list->len; i++) {
        BhOperation *operation = list->pdata[i];

        if (operation->task != NULL && (uid == G_MAXUINT32 || operation->uid == uid))
            g_ptr_array_add(tasks, abandon(operation));
    }
    serve(self);
    for (guint i = 0; i < tasks->len; i++)
        g_task_return_new_error(tasks->pdata[i], BH_ERROR, (gint)code, "%s", message);
}

/* The end of the work */

GCancellable *
bh_operation_peek_cancellable(BhOperation *self)
{
    return self->cancellable;
}

/* Frees the operation; returns its caller, if it waits still, and lets the next begin. */
static GTask *
finish(BhOperation *self)
{
    g_autoptr(GTask) task = NULL;

    if (self->turn != NULL) {
        BhOperations *operations = self->turn->operations;

        if (self->task != NULL)
            task = take_task(self);
        detach(self);
        serve(operations);
    }
    operation_free(self);
    return g_steal_pointer(&task);
}

void
bh_operation_return_error(BhOperation *self, GError *error)
{
    g_autoptr(GTask) task = finish(self);

    if (task != NULL)
        g_task_return_error(task, error);
    else
        g_error_free(error);
}

void
bh_operation_return_boolean(BhOperation *self, gboolean value)
{
    g_autoptr(GTask) task = finish(self);

    if (task != NULL)
        g_task_return_boolean(task, value);
}

void
bh_operation_return_int(BhOperation *self, gssize value)
{
    g_autoptr(GTask) task = finish(self);

    if (task != NULL)
        g_task_return_int(task, value);
}

void
bh_operation_return_pointer(BhOperation *self, gpointer value, GDestroyNotify free_func)
{
    g_autoptr(GTask) task = finish(self);

    if (task != NULL)
        g_task_return_pointer(task, value, free_func);
    else if (value != NULL)
        free_func(value);
}

BhOperations *
bh_operations_new(BhQuota *quota, BhClock *clock)
{
    BhOperations *self = g_new0(BhOperations, 1);

    self->quota = quota;
    self->clock = clock;
    self->busy = g_hash_table_new(NULL, NULL);
    g_queue_init(&self->turns);
    return self;
}

void
bh_operations_free(BhOperations *self)
{
    bh_operations_end(self, BH_ERROR_DISCONNECTED, "the device is not held any more");
    g_hash_table_unref(self->busy);
    g_free(self);
}
