/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A queue of jobs per client. The head is built in an idle source, which takes turns with those of
 * other clients; a finished head is sent when the client's unread bytes allow it.
 */
#include "bh-bulk.h"

#include "bh-error.h"

#define ROWS_A_SLICE 64
#define MAX_ANSWER_BYTES (64 * 1024 * 1024) /* half of what D-Bus allows */
#define MAX_UNREAD_BYTES (4 * 1024 * 1024)  /* of one client; a single answer may be longer */
#define PING_BYTES (64 * 1024)              /* shorter answers are counted and pinged for later */
#define PING_TIMEOUT_MS 10000
#define NOT_READ "the caller does not read its answers"
#define HOLD_MS 5000 /* how long a finished answer waits for the client to read */

typedef struct {
    GDBusMethodInvocation *invocation; /* owned: answering it consumes it */
    guint n;
    guint next;
    BhBulkRowFunc row;
    gpointer rows;
    GDestroyNotify free_rows;
    GPtrArray *built; /* GVariant, serialised */
    GVariant *whole;  /* instead of rows, or NULL */
    gsize bytes;
} Job;

typedef struct {
    BhBulk *bulk; /* borrowed: outlives us */
    BhClient *client;
    GQueue jobs;
    guint builder; /* idle source that builds the head; 0 = none */
    guint hold;    /* timeout of a finished head; 0 = it is not held */
    gsize waiting; /* bytes of whole answers among the jobs */
    gsize unread;
    gsize pinged; /* part of unread the ping under way stands for; 0 = none under way */
    GCancellable *cancellable;
} Reader;

struct BhBulk {
    GDBusConnection *connection; /* borrowed: outlives us */
    GHashTable *readers;         /* BhClient -> Reader */
    guint64 refused;
};

static void work(Reader *self);

static void
job_free(Job *job)
{
    g_clear_object(&job->invocation);
    if (job->free_rows != NULL)
        job->free_rows(job->rows);
    g_ptr_array_unref(job->built);
    g_clear_pointer(&job->whole, g_variant_unref);
    g_free(job);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Job, job_free)

static void
job_fail(Job *job, const char *message)
{
    g_dbus_method_invocation_return_error_literal(g_steal_pointer(&job->invocation),
                                                  BH_ERROR,
                                                  BH_ERROR_LIMIT_EXCEEDED,
                                                  message);
    job_free(job);
}

/* Readers */

static void
on_client_gone(BhClient *client, Reader *self)
{
    g_hash_table_remove(self->bulk->readers, client);
}

static void
reader_free(gpointer data)
{
    Reader *self = data;

    g_signal_handlers_disconnect_by_data(self->client, self);
    g_clear_handle_id(&self->builder, g_source_remove);
    g_clear_handle_id(&self->hold, g_source_remove);
    g_cancellable_cancel(self->cancellable);
    g_object_unref(self->cancellable);
    g_queue_clear_full(&self->jobs, (GDestroyNotify)job_free);
    g_object_unref(self->client);
    g_free(self);
}

static Reader *
ensure_reader(BhBulk *bulk, BhClient *client)
{
    Reader *self = g_hash_table_lookup(bulk->readers, client);

    if (self != NULL)
        return self;
    self = g_new0(Reader, 1);
    self->bulk = bulk;
    self->client = g_object_ref(client);
    self->cancellable = g_cancellable_new();
    g_queue_init(&self->jobs);
    g_signal_connect(client, "gone", G_CALLBACK(on_client_gone), self);
    g_hash_table_insert(bulk->readers, client, self);
    return self;
}

static Job *
pop_head(Reader *self)
{
    Job *job = g_queue_pop_head(&self->jobs);

    self->waiting -= job->whole != NULL ? job->bytes : 0;
    return job;
}

/* Sending */

static void
on_pong(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Reader *self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* self is gone */
    /* No answer within the time-out: its calls have timed out with it, or it never answers pings.
     */
    self->unread -= self->pinged;
    self->pinged = 0;
    work(self);
}

static void
ping(Reader *self)
{
    self->pinged = self->unread;
    g_dbus_connection_call(self->bulk->connection,
                           bh_client_get_name(self->client),
                           "/",
                           "org.freedesktop.DBus.Peer",
                           "Ping",
                           NULL,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           PING_TIMEOUT_MS,
                           self->cancellable,
                           on_pong,
                           self);
}

static GVariant *
assemble(Job *job)
{
    GVariant *rows = job->whole != NULL ? job->whole
                                        : g_variant_new_array(G_VARIANT_TYPE_VARDICT,
                                                              (GVariant *const *)job->built->pdata,
                                                              job->built->len);
    GVariant *answer = g_variant_new_tuple(&rows, 1);

    g_variant_get_data(answer); /* flat: the tree of rows would stay in memory until it is sent */
    return answer;
}

static void
send_head(Reader *self)
{
    g_autoptr(Job) job = pop_head(self);

    g_clear_handle_id(&self->hold, g_source_remove);
    self->unread += job->bytes;
    g_dbus_method_invocation_return_value(g_steal_pointer(&job->invocation), assemble(job));
    if (self->pinged == 0 && self->unread >= PING_BYTES)
        ping(self);
}

static gboolean
on_hold_over(gpointer user_data)
{
    Reader *self = user_data;

    self->hold = 0;
    while (!g_queue_is_empty(&self->jobs)) {
        self->bulk->refused++;
        job_fail(pop_head(self), NOT_READ);
    }
    return G_SOURCE_REMOVE;
}

/* Building */

static gboolean
head_is_built(Reader *self)
{
    const Job *job = g_queue_peek_head(&self->jobs);

    return job != NULL && job->next == job->n;
}

static gboolean
head_may_go(Reader *self)
{
    const Job *job = g_queue_peek_head(&self->jobs);

    return self->unread == 0 || self->unread + job->bytes <= MAX_UNREAD_BYTES;
}

static void
build_slice(Job *job)
{
    guint end = MIN(job->n, job->next + ROWS_A_SLICE);

    for (; job->next < end; job->next++) {
        GVariant *row = job->row(job->rows, job->next);

        if (row == NULL)
            continue;
        g_variant_ref_sink(row);
        g_variant_get_data(row); /* flat */
        job->bytes += g_variant_get_size(row);
        g_ptr_array_add(job->built, row);
    }
}

static gboolean
on_build(gpointer user_data)
{
    Reader *self = user_data;
    Job *job = g_queue_peek_head(&self->jobs);

    build_slice(job);
    if (job->bytes <= MAX_ANSWER_BYTES && job->next < job->n)
        return G_SOURCE_CONTINUE;
    self->builder = 0;
    if (job->bytes > MAX_ANSWER_BYTES)
        job_fail(pop_head(self), "the answer would be too long: use a filter");
    work(self);
    return G_SOURCE_REMOVE;
}

/* Does what can be done now: sends what is built, builds what comes next, or waits for the client.
 */
static void
work(Reader *self)
{
    while (head_is_built(self) && head_may_go(self))
        send_head(self);
    if (head_is_built(self)) {
        if (self->hold == 0)
            self->hold = g_timeout_add(HOLD_MS, on_hold_over, self);
        return;
    }
    if (!g_queue_is_empty(&self->jobs) && self->builder == 0)
        self->builder = g_idle_add_full(G_PRIORITY_DEFAULT, on_build, self, NULL);
}

/* Rows are built when their turn comes, while a whole answer takes memory at once. */
static gboolean
is_too_much(const Reader *reader, const Job *job)
{
    return job->whole != NULL && reader->waiting > 0 &&
           reader->waiting + job->bytes > MAX_UNREAD_BYTES;
}

static void
add_job(BhBulk *self, BhClient *client, Job *job)
{
    Reader *reader;

    job->built = g_ptr_array_new_with_free_func((GDestroyNotify)g_variant_unref);
    if (bh_client_is_gone(client)) {
        job_fail(job, "the caller left");
        return;
    }
    reader = ensure_reader(self, client);
    if (is_too_much(reader, job)) {
        self->refused++;
        job_fail(job, NOT_READ);
        return;
    }
    reader->waiting += job->whole != NULL ? job->bytes : 0;
    g_queue_push_tail(&reader->jobs, job);
    work(reader);
}

void
bh_bulk_answer(BhBulk *self,
               BhClient *client,
               GDBusMethodInvocation *invocation,
               guint n,
               BhBulkRowFunc row,
               gpointer rows,
               GDestroyNotify free_rows)
{
    Job *job = g_new0(Job, 1);

    *job =
        (Job){.invocation = invocation, .n = n, .row = row, .rows = rows, .free_rows = free_rows};
    add_job(self, client, job);
}

void
bh_bulk_answer_value(BhBulk *self,
                     BhClient *client,
                     GDBusMethodInvocation *invocation,
                     GVariant *value)
{
    Job *job = g_new0(Job, 1);

    *job = (Job){.invocation = invocation, .whole = g_variant_ref_sink(value)};
    job->bytes = g_variant_get_size(value);
    g_variant_get_data(value); /* flat: it may wait, and a tree takes many times as much */
    add_job(self, client, job);
}

guint64
bh_bulk_get_refused(BhBulk *self)
{
    return self->refused;
}

BhBulk *
bh_bulk_new(GDBusConnection *connection)
{
    BhBulk *self = g_new0(BhBulk, 1);

    self->connection = connection;
    self->readers = g_hash_table_new_full(NULL, NULL, NULL, reader_free);
    return self;
}

void
bh_bulk_free(BhBulk *self)
{
    g_hash_table_unref(self->readers);
    g_free(self);
}
