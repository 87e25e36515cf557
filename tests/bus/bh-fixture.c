/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A process tells that it is ready by a line on its standard output (dbus-daemon: its address,
 * blehub-sim: "ready") or by owning its name; there is no sleep and no polling of files.
 */
#include "bh-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL_TIMEOUT_MS 10000
#define POLL_MS 5
#define EXIT_US (30 * G_USEC_PER_SEC) /* to let go of 75,000 objects takes seconds */
#define MGMT_FD 9                     /* what blehubd gets the management socket as */
#define SIM_NAME "org.blehub.Sim"
#define SIM_PATH "/org/blehub/sim"
#define SIM_INTERFACE "org.blehub.Sim1"

static const char bus_config[] =
    "<!DOCTYPE busconfig PUBLIC '-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN'\n"
    " 'http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd'>\n"
    "<busconfig>\n"
    "  <type>session</type>\n"
    "  <listen>unix:path=%s/bus</listen>\n"
    "  <auth>EXTERNAL</auth>\n"
    "  <servicedir>%s</servicedir>\n"
    "  <limit name='max_replies_per_connection'>5000</limit>\n"
    "  <policy context='default'>\n"
    "    <allow user='*'/>\n"
    "    <allow send_destination='*' eavesdrop='true'/>\n"
    "    <allow eavesdrop='true'/>\n"
    "    <allow own='*'/>\n"
    "  </policy>\n"
    "</busconfig>\n";

static const char bluez_service[] = "[D-BUS Service]\n"
                                    "Name=org.bluez\n"
                                    "Exec=/usr/bin/touch %s/activated\n";

/* Processes */

/* Runs in the child: it must not outlive the test, however that ends. */
static void
die_with_parent(gpointer unused)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static GSubprocess *
launch(GSubprocessLauncher *launcher, const char *const *argv)
{
    g_autoptr(GError) error = NULL;

    g_subprocess_launcher_set_child_setup(launcher, die_with_parent, NULL, NULL);
    GSubprocess *process = g_subprocess_launcher_spawnv(launcher, argv, &error);
    ck_assert_msg(process != NULL, "%s: %s", argv[0], error != NULL ? error->message : "");
    return process;
}

static GSubprocess *
spawn(const char *const *argv, GSubprocessFlags flags)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(flags);

    return launch(launcher, argv);
}

typedef struct {
    gboolean done;
    char *line;
} LineWait;

static void
on_line(GObject *source, GAsyncResult *result, gpointer data)
{
    LineWait *wait = data;

    wait->line =
        g_data_input_stream_read_line_finish(G_DATA_INPUT_STREAM(source), result, NULL, NULL);
    wait->done = TRUE;
}

/* The first line of a process's standard output. */
static char *
await_line(GSubprocess *process)
{
    LineWait wait = {0};
    g_autoptr(GDataInputStream) stream =
        g_data_input_stream_new(g_subprocess_get_stdout_pipe(process));

    g_filter_input_stream_set_close_base_stream(G_FILTER_INPUT_STREAM(stream), FALSE);
    g_data_input_stream_read_line_async(stream, G_PRIORITY_DEFAULT, NULL, on_line, &wait);
    BH_AWAIT(wait.done);
    ck_assert_msg(wait.line != NULL, "a process ended before it was ready");
    return wait.line;
}

static void
on_ended(GObject *source, GAsyncResult *result, gpointer data)
{
    ck_assert(g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL));
    *(gboolean *)data = TRUE;
}

static void
await_exit(GSubprocess *process)
{
    gboolean ended = FALSE;

    gint64 deadline_us = g_get_monotonic_time() + EXIT_US;

    g_subprocess_wait_async(process, NULL, on_ended, &ended);
    while (!ended)
        bh_fixture_turn(deadline_us, "the process ended", __FILE__, __LINE__);
}

void
bh_fixture_stop_process(GSubprocess **process)
{
    g_subprocess_send_signal(*process, SIGTERM);
    await_exit(*process);
    ck_assert_msg(g_subprocess_get_if_exited(*process) &&
                      g_subprocess_get_exit_status(*process) == 0,
                  "a process ended with wait status 0x%x",
                  (guint)g_subprocess_get_status(*process));
    g_clear_object(process);
}

void
bh_fixture_kill_process(GSubprocess **process)
{
    g_subprocess_force_exit(*process);
    await_exit(*process);
    g_clear_object(process);
}

void
bh_fixture_freeze_process(GSubprocess *process)
{
    pid_t pid = (pid_t)g_ascii_strtoll(g_subprocess_get_identifier(process), NULL, 10);
    siginfo_t info;

    g_subprocess_send_signal(process, SIGSTOP);
    ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOWAIT), 0);
}

void
bh_fixture_thaw_process(GSubprocess *process)
{
    g_subprocess_send_signal(process, SIGCONT);
}

/* Bus */

char *
bh_fixture_write_file(BhFixture *self, const char *name, const char *text)
{
    char *path = g_build_filename(self->directory, name, NULL);

    ck_assert(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void
start_bus(BhFixture *self)
{
    g_autofree char *config_text = g_strdup_printf(bus_config, self->directory, self->directory);
    g_autofree char *config = bh_fixture_write_file(self, "bus.conf", config_text);
    g_autofree char *service_text = g_strdup_printf(bluez_service, self->directory);
    g_autofree char *service = bh_fixture_write_file(self, "org.bluez.service", service_text);
    g_autofree char *option = g_strconcat("--config-file=", config, NULL);
    const char *argv[] =
        {"dbus-daemon", option, "--nofork", "--nopidfile", "--print-address=1", NULL};

    self->bus = spawn(argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    self->address = await_line(self->bus);
}

GDBusConnection *
bh_fixture_connect(BhFixture *self)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *connection =
        g_dbus_connection_new_for_address_sync(self->address,
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL,
                                               NULL,
                                               &error);

    ck_assert_msg(connection != NULL, "%s", error != NULL ? error->message : "");
    return connection;
}

/* glibc's functions would change the user of all threads. */
static void
become(guint32 uid)
{
    ck_assert_msg(syscall(SYS_setresuid, -1, uid, -1) == 0, "being another user takes root");
}

GDBusConnection *
bh_fixture_connect_as(BhFixture *self, guint32 uid)
{
    guint32 own = geteuid();
    GDBusConnection *connection;

    become(uid);
    connection = bh_fixture_connect(self);
    become(own);
    return connection;
}

void
bh_fixture_disconnect(GDBusConnection **connection)
{
    g_dbus_connection_close_sync(*connection, NULL, NULL);
    g_clear_object(connection);
}

void
bh_fixture_init(BhFixture *self)
{
    *self = (BhFixture){.directory = g_dir_make_tmp("blehub-bus-XXXXXX", NULL)};
    ck_assert_ptr_nonnull(self->directory);
    ck_assert_int_eq(chmod(self->directory, 0711), 0); /* other users have to reach the bus */
    start_bus(self);
    self->connection = bh_fixture_connect(self);
}

static void
remove_directory(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    const char *name;

    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_remove(file);
    }
    g_rmdir(path);
}

void
bh_fixture_clear(BhFixture *self)
{
    if (self->directory == NULL)
        return;
    if (self->hub != NULL)
        bh_fixture_stop_process(&self->hub);
    if (self->sim != NULL)
        bh_fixture_stop_process(&self->sim);
    bh_fixture_disconnect(&self->connection);
    if (self->bus != NULL)
        bh_fixture_stop_process(&self->bus);
    remove_directory(self->directory);
    g_clear_pointer(&self->directory, g_free);
    g_clear_pointer(&self->address, g_free);
}

static GVariant *
call_bus(BhFixture *self, const char *interface, const char *method, GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = g_dbus_connection_call_sync(self->connection,
                                                  "org.freedesktop.DBus",
                                                  "/org/freedesktop/DBus",
                                                  interface,
                                                  method,
                                                  arguments,
                                                  NULL,
                                                  G_DBUS_CALL_FLAGS_NONE,
                                                  CALL_TIMEOUT_MS,
                                                  NULL,
                                                  &error);

    ck_assert_msg(reply != NULL, "%s: %s", method, error != NULL ? error->message : "");
    return reply;
}

GStrv
bh_fixture_dup_match_rules(BhFixture *self, const char *unique_name)
{
    g_autoptr(GVariant) reply =
        call_bus(self, "org.freedesktop.DBus.Debug.Stats", "GetAllMatchRules", NULL);
    g_autoptr(GVariant) all = g_variant_get_child_value(reply, 0);
    g_autoptr(GVariant) rules = g_variant_lookup_value(all, unique_name, G_VARIANT_TYPE("as"));

    ck_assert_msg(rules != NULL, "%s is not on the bus", unique_name);
    return g_variant_dup_strv(rules, NULL);
}

gboolean
bh_fixture_bluez_was_activated(BhFixture *self)
{
    g_autofree char *path = g_build_filename(self->directory, "activated", NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Simulator */

void
bh_fixture_start_sim(BhFixture *self, const char *scenario)
{
    bh_fixture_start_sim_version(self, "5.66", scenario);
}

void
bh_fixture_start_sim_version(BhFixture *self, const char *version, const char *scenario)
{
    const char *program = g_getenv("BLEHUB_SIM");
    g_autofree char *file =
        bh_fixture_write_file(self, "scenario.ini", scenario != NULL ? scenario : "");
    g_autofree char *bus = g_strconcat("--bus=", self->address, NULL);
    g_autofree char *option = g_strconcat("--scenario=", file, NULL);
    g_autofree char *bluez = g_strconcat("--bluez-version=", version, NULL);
    const char *argv[] = {program, bus, option, bluez, "--print-ready", NULL};

    ck_assert_msg(program != NULL, "BLEHUB_SIM is not set");
    self->sim = spawn(argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE);
    g_autofree char *line = await_line(self->sim);
    ck_assert_str_eq(line, "ready");
}

GVariant *
bh_fixture_call_sim(BhFixture *self, const char *method, GVariant *arguments)
{
    g_autoptr(GError) error = NULL;
    GVariant *reply = g_dbus_connection_call_sync(self->connection,
                                                  SIM_NAME,
                                                  SIM_PATH,
                                                  SIM_INTERFACE,
                                                  method,
                                                  arguments,
                                                  NULL,
                                                  G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                                  CALL_TIMEOUT_MS,
                                                  NULL,
                                                  &error);

    ck_assert_msg(reply != NULL, "%s: %s", method, error != NULL ? error->message : "");
    return reply;
}

void
bh_fixture_tell_sim(BhFixture *self, const char *method, GVariant *arguments)
{
    g_variant_unref(bh_fixture_call_sim(self, method, arguments));
}

guint
bh_fixture_count_sim_calls(BhFixture *self, const char *method)
{
    g_autoptr(GVariant) reply = bh_fixture_call_sim(self, "GetCalls", NULL);
    g_autoptr(GVariant) calls = g_variant_get_child_value(reply, 0);
    guint count = 0;

    for (gsize i = 0; i < g_variant_n_children(calls); i++) {
        g_autoptr(GVariant) call = g_variant_get_child_value(calls, i);
        const char *name;
        g_variant_get_child(call, 4, "&s", &name);
        count += g_str_equal(name, method);
    }
    return count;
}

/* blehubd */

static void
on_name(GDBusConnection *connection, const char *name, const char *owner, gpointer data)
{
    *(gboolean *)data = TRUE;
}

static void
await_name(BhFixture *self, const char *name)
{
    gboolean there = FALSE;
    guint watch = g_bus_watch_name_on_connection(self->connection,
                                                 name,
                                                 G_BUS_NAME_WATCHER_FLAGS_NONE,
                                                 on_name,
                                                 NULL,
                                                 &there,
                                                 NULL);

    BH_AWAIT(there);
    g_bus_unwatch_name(watch);
}

static GSubprocess *
launch_hub(BhFixture *self, va_list arguments)
{
    const char *program = g_getenv("BLEHUBD");
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *bus = g_strconcat("--bus=", self->address, NULL);
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);

    ck_assert_msg(program != NULL, "BLEHUBD is not set");
    g_ptr_array_add(argv, (gpointer)program);
    g_ptr_array_add(argv, bus);
    if (self->mgmt_fd > 0) {
        g_subprocess_launcher_take_fd(launcher, self->mgmt_fd, MGMT_FD);
        g_ptr_array_add(argv, (gpointer) "--mgmt-fd=" G_STRINGIFY(MGMT_FD));
        self->mgmt_fd = 0;
    }
    for (char *argument; (argument = va_arg(arguments, char *)) != NULL;)
        g_ptr_array_add(argv, argument);
    g_ptr_array_add(argv, NULL);
    g_subprocess_launcher_setenv(launcher, "RUNTIME_DIRECTORY", self->directory, TRUE);
    return launch(launcher, (const char *const *)argv->pdata);
}

void
bh_fixture_start_hub(BhFixture *self, ...)
{
    va_list arguments;

    va_start(arguments, self);
    self->hub = launch_hub(self, arguments);
    va_end(arguments);
    await_name(self, "org.blehub");
}

int
bh_fixture_run_hub(BhFixture *self, ...)
{
    va_list arguments;

    va_start(arguments, self);
    g_autoptr(GSubprocess) process = launch_hub(self, arguments);
    va_end(arguments);
    await_exit(process);
    ck_assert(g_subprocess_get_if_exited(process));
    return g_subprocess_get_exit_status(process);
}

/* Waiting */

static gboolean
on_deadline(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_REMOVE;
}

void
bh_fixture_turn(gint64 deadline_us, const char *what, const char *file, int line)
{
    gint64 left_us = deadline_us - g_get_monotonic_time();
    gboolean fired = FALSE;

    ck_assert_msg(left_us > 0, "%s:%d: never came true: %s", file, line, what);
    guint timer = g_timeout_add((guint)(left_us / 1000 + 1), on_deadline, &fired);
    g_main_context_iteration(NULL, TRUE);
    if (!fired)
        g_source_remove(timer);
}

void
bh_fixture_turn_soon(gint64 deadline_us, const char *what, const char *file, int line)
{
    gboolean fired = FALSE;

    ck_assert_msg(g_get_monotonic_time() < deadline_us,
                  "%s:%d: never came true: %s",
                  file,
                  line,
                  what);
    g_timeout_add(POLL_MS, on_deadline, &fired);
    while (!fired)
        g_main_context_iteration(NULL, TRUE);
}

void
bh_fixture_settle(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}
