/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Everything goes through connections of the test's own process. What does not read is an sd-bus
 * connection that nobody works on; GDBus reads in a thread of its own, whether asked to or not.
 */
#include "bh-caller.h"

#include <time.h>

#define TIMEOUT_MS 10000
#define BUS_NAME "org.blehub"

GVariant *
bh_caller_call(GDBusConnection *connection,
               const char *path,
               const char *interface,
               const char *method,
               GVariant *arguments,
               GError **error)
{
    return g_dbus_connection_call_sync(connection,
                                       BUS_NAME,
                                       path,
                                       interface,
                                       method,
                                       arguments,
                                       NULL,
                                       G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                       TIMEOUT_MS,
                                       NULL,
                                       error);
}

static GVariant *
call_well(GDBusConnection *connection,
          const char *path,
          const char *interface,
          const char *method,
          GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = bh_caller_call(connection, path, interface, method, arguments, &error);

    ck_assert_msg(reply != NULL, "%s: %s", method, error != NULL ? error->message : "");
    return reply;
}

void
bh_caller_tell(GDBusConnection *connection,
               const char *path,
               const char *interface,
               const char *method,
               GVariant *arguments)
{
    g_variant_unref(call_well(connection, path, interface, method, arguments));
}

void
bh_caller_require_error(GDBusConnection *connection,
                        const char *path,
                        const char *interface,
                        const char *method,
                        GVariant *arguments,
                        const char *name,
                        const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        bh_caller_call(connection, path, interface, method, arguments, &error);
    g_autofree char *remote = NULL;

    ck_assert_msg(reply == NULL, "%s succeeded", method);
    remote = g_dbus_error_get_remote_error(error);
    g_dbus_error_strip_remote_error(error);
    ck_assert_msg(g_strcmp0(remote, name) == 0, "%s: %s", remote, error->message);
    ck_assert_msg(g_str_has_prefix(error->message, message), "%s", error->message);
}

GVariant *
bh_caller_options(const char *text)
{
    g_autoptr(GVariant) dict = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);

    return g_variant_new("(@a{sv})", dict);
}

char *
bh_caller_scan(GDBusConnection *connection, const char *options)
{
    g_autoptr(GVariant) reply = call_well(connection,
                                          BH_CALLER_HUB_PATH,
                                          BH_CALLER_HUB,
                                          "Scan",
                                          bh_caller_options(options));
    char *path = NULL;

    g_variant_get(reply, "(o)", &path);
    return path;
}

GVariant *
bh_caller_get(GDBusConnection *connection,
              const char *path,
              const char *interface,
              const char *property)
{
    g_autoptr(GVariant) reply = call_well(connection,
                                          path,
                                          BH_CALLER_PROPERTIES,
                                          "Get",
                                          g_variant_new("(ss)", interface, property));
    GVariant *value = NULL;

    g_variant_get(reply, "(v)", &value);
    return value;
}

guint64
bh_caller_counter(GDBusConnection *connection, const char *name)
{
    g_autoptr(GVariant) counters =
        bh_caller_get(connection, BH_CALLER_HUB_PATH, BH_CALLER_HUB, "Counters");
    guint64 value = 0;

    ck_assert_msg(g_variant_lookup(counters, name, "t", &value), "no counter %s", name);
    return value;
}

/* Without waiting */

void
bh_answers_init(BhAnswers *self)
{
    *self = (BhAnswers){.came = g_ptr_array_new_with_free_func(g_free)};
}

void
bh_answers_clear(BhAnswers *self)
{
    g_clear_pointer(&self->came, g_ptr_array_unref);
}

typedef struct {
    BhAnswers *answers;
    guint number;
} Sent;

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Sent *sent = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    g_autofree char *remote = reply == NULL ? g_dbus_error_get_remote_error(error) : NULL;

    if (remote == NULL)
        remote = g_strdup(reply != NULL ? "ok" : error->message);
    g_ptr_array_add(sent->answers->came, g_strdup_printf("%u %s", sent->number, remote));
}

void
bh_caller_send(GDBusConnection *connection,
               const char *path,
               const char *interface,
               const char *method,
               GVariant *arguments,
               BhAnswers *answers)
{
    Sent *sent = g_new(Sent, 1);

    *sent = (Sent){answers, answers->sent++};
    g_dbus_connection_call(connection,
                           BUS_NAME,
                           path,
                           interface,
                           method,
                           arguments,
                           NULL,
                           G_DBUS_CALL_FLAGS_NO_AUTO_START,
                           TIMEOUT_MS,
                           NULL,
                           on_answer,
                           sent);
}

static void
send_without_options(sd_bus *bus, const char *path, const char *interface, const char *method)
{
    g_autoptr(sd_bus_message) call = NULL;

    ck_assert_int_ge(sd_bus_message_new_method_call(bus, &call, BUS_NAME, path, interface, method),
                     0);
    ck_assert_int_ge(sd_bus_message_append(call, "a{sv}", 0), 0);
    ck_assert_int_ge(sd_bus_send(bus, call, &(uint64_t){0}), 0);
}

sd_bus *
bh_caller_new_deaf_of(BhFixture *f,
                      const char *path,
                      const char *interface,
                      const char *method,
                      guint n)
{
    sd_bus *bus = NULL;

    ck_assert_int_ge(sd_bus_new(&bus), 0);
    ck_assert_int_ge(sd_bus_set_address(bus, f->address), 0);
    ck_assert_int_ge(sd_bus_set_bus_client(bus, TRUE), 0);
    ck_assert_int_ge(sd_bus_start(bus), 0);
    for (guint i = 0; i < n; i++)
        send_without_options(bus, path, interface, method);
    ck_assert_int_ge(sd_bus_flush(bus), 0);
    return bus;
}

sd_bus *
bh_caller_new_deaf(BhFixture *f, const char *method, guint n)
{
    return bh_caller_new_deaf_of(f, BH_CALLER_HUB_PATH, BH_CALLER_HUB, method, n);
}

/* The rest */

static guint
burst(BhFixture *f, guint n, const char *options)
{
    g_autoptr(GVariant) reply =
        bh_fixture_call_sim(f,
                            "Burst",
                            g_variant_new("(u@a{sv})", n, g_variant_new_parsed(options)));
    guint heard = 0;

    g_variant_get(reply, "(u)", &heard);
    return heard;
}

void
bh_caller_hear_strangers(BhFixture *f, guint n)
{
    bh_caller_hear_burst(f, n, "{'RatePerSecond': <uint32 0>}");
}

void
bh_caller_hear_burst(BhFixture *f, guint n, const char *options)
{
    guint64 wanted = bh_caller_counter(f->connection, "Reports") + n;

    while (n > 0) /* nothing is heard until the scan has begun */
        n -= burst(f, n, options);
    BH_AWAIT_POLLED(bh_caller_counter(f->connection, "Reports") >= wanted);
}

guint
bh_caller_count_descriptors(BhFixture *f)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/fd", g_subprocess_get_identifier(f->hub));
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    guint n = 0;

    ck_assert_ptr_nonnull(directory);
    while (g_dir_read_name(directory) != NULL)
        n++;
    return n;
}

gsize
bh_caller_resident_kb(BhFixture *f)
{
    g_autofree char *path = g_strdup_printf("/proc/%s/status", g_subprocess_get_identifier(f->hub));
    g_autofree char *status = NULL;
    const char *line;

    ck_assert(g_file_get_contents(path, &status, NULL, NULL));
    line = strstr(status, "VmRSS:");
    ck_assert_ptr_nonnull(line);
    return g_ascii_strtoull(line + strlen("VmRSS:"), NULL, 10);
}

gint64
bh_caller_processor_us(BhFixture *f)
{
    pid_t pid = (pid_t)g_ascii_strtoll(g_subprocess_get_identifier(f->hub), NULL, 10);
    struct timespec used;
    clockid_t clock;

    ck_assert_int_eq(clock_getcpuclockid(pid, &clock), 0);
    ck_assert_int_eq(clock_gettime(clock, &used), 0);
    return used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

gboolean
bh_caller_on_tick(gpointer unused)
{
    return G_SOURCE_CONTINUE;
}
