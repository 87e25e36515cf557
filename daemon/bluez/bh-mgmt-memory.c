/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A keyfile with one group per controller, and one that says of which boot it is. It is kept in
 * memory and written whenever it changes.
 *
 * Which boot this is comes from the environment (BLEHUB_BOOT_ID, set by the unit), because the
 * service does not see /proc/sys. If it cannot be told, nothing of an earlier process is touched.
 */
#include "bh-mgmt-memory.h"

#include "bh-runtime-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#define FILE_NAME "monitors"
#define GROUP_FILE "kernel"
#define KEY_BOOT "Boot"
#define KEY_INSTANCE "Instance"
#define KEY_HANDLES "Handles"
#define KEY_ADDING "Adding"
#define KEY_ADVERTS "Advertisements"
#define KEY_DEFAULTS "Defaults"
#define N_DEFAULTS 4

#define UNITS_MIN 0x0004 /* of scan interval and window, Core 5.4 Vol 4 Part E 7.8.10 */
#define UNITS_MAX 0x4000

struct BhMgmtMemory {
    int directory; /* locked; -1 = none */
    BhRuntimeFile *file;
    GKeyFile *groups;
};

static char *
dup_boot_id(void)
{
    const char *given = g_getenv("BLEHUB_BOOT_ID");
    char text[SD_ID128_STRING_MAX];
    sd_id128_t id;

    if (given != NULL && given[0] != '\0')
        return g_strdup(given);
    return sd_id128_get_boot(&id) >= 0 ? g_strdup(sd_id128_to_string(id, text)) : NULL;
}

/* A boot that is not known is never the same. */
static gboolean
is_of_this_boot(GKeyFile *file)
{
    g_autofree char *now = dup_boot_id();
    g_autofree char *then = g_key_file_get_string(file, GROUP_FILE, KEY_BOOT, NULL);

    return now != NULL && g_strcmp0(now, then) == 0;
}

static void
start_anew(BhMgmtMemory *self)
{
    g_autofree char *boot = dup_boot_id();

    g_key_file_unref(self->groups);
    self->groups = g_key_file_new();
    if (boot != NULL)
        g_key_file_set_string(self->groups, GROUP_FILE, KEY_BOOT, boot);
}

/* Another blehubd that lives has its monitors written down there: they are not to be removed. */
static gboolean
lock_directory(BhMgmtMemory *self, const char *directory)
{
    self->directory = g_open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (self->directory >= 0 && flock(self->directory, LOCK_EX | LOCK_NB) == 0)
        return TRUE;
    g_message("monitors are not written down: %s: %s", directory, g_strerror(errno));
    return FALSE;
}

static gboolean
load(BhMgmtMemory *self)
{
    g_autofree char *text = bh_runtime_file_read(self->file);

    return text != NULL &&
           g_key_file_load_from_data(self->groups, text, (gsize)-1, G_KEY_FILE_NONE, NULL);
}

BhMgmtMemory *
bh_mgmt_memory_new(const char *directory)
{
    BhMgmtMemory *self = g_new0(BhMgmtMemory, 1);
    g_autofree char *path = NULL;

    self->directory = -1;
    self->groups = g_key_file_new();
    if (directory != NULL && lock_directory(self, directory))
        path = g_build_filename(directory, FILE_NAME, NULL);
    self->file = bh_runtime_file_new(
        path,
        "after a crash monitors and advertisements may stay behind in the kernel");
    if (!load(self) || !is_of_this_boot(self->groups))
        start_anew(self);
    return self;
}

void
bh_mgmt_memory_free(BhMgmtMemory *self)
{
    if (self->directory >= 0)
        close(self->directory);
    g_key_file_unref(self->groups);
    bh_runtime_file_free(self->file);
    g_free(self);
}

char *
bh_mgmt_memory_dup_path(BhMgmtMemory *self, const char *name)
{
    const char *path = bh_runtime_file_get_path(self->file);
    g_autofree char *directory = path != NULL ? g_path_get_dirname(path) : NULL;

    return directory != NULL ? g_build_filename(directory, name, NULL) : NULL;
}

guint64
bh_mgmt_memory_get_instance(guint16 index)
{
    g_autofree char *path = g_strdup_printf("/sys/class/bluetooth/hci%u", index);
    struct stat info;

    return stat(path, &info) == 0 ? (guint64)info.st_ino : 0;
}

/* Writing */

static gboolean
is_empty(BhMgmtMemory *self)
{
    gsize n;
    g_auto(GStrv) groups = g_key_file_get_groups(self->groups, &n);

    return n == (g_key_file_has_group(self->groups, GROUP_FILE) ? 1 : 0);
}

static void
save(BhMgmtMemory *self)
{
    g_autofree char *text = is_empty(self) ? NULL : g_key_file_to_data(self->groups, NULL, NULL);

    bh_runtime_file_write(self->file, text);
}

/* Groups */

typedef struct {
    char name[BH_ADDRESS_TEXT_SIZE];
} Group;

static Group
group_of(const BhMgmtController *controller)
{
    Group group;

    bh_address_format(&controller->address, group.name);
    return group;
}

/* Only what says something stays. */
static void
drop_if_empty(BhMgmtMemory *self, const char *group)
{
    if (!g_key_file_has_key(self->groups, group, KEY_HANDLES, NULL) &&
        !g_key_file_has_key(self->groups, group, KEY_ADDING, NULL) &&
        !g_key_file_has_key(self->groups, group, KEY_ADVERTS, NULL) &&
        !g_key_file_has_key(self->groups, group, KEY_DEFAULTS, NULL))
        g_key_file_remove_group(self->groups, group, NULL);
}

static void
put_list(BhMgmtMemory *self,
         const BhMgmtController *controller,
         const char *key,
         gint *values,
         gsize n)
{
    Group group = group_of(controller);

    g_key_file_set_uint64(self->groups, group.name, KEY_INSTANCE, controller->instance);
    g_key_file_set_integer_list(self->groups, group.name, key, values, n);
}

static void
drop_list(BhMgmtMemory *self, const BhMgmtController *controller, const char *key)
{
    Group group = group_of(controller);

    g_key_file_remove_key(self->groups, group.name, key, NULL);
    drop_if_empty(self, group.name);
}

/* At most n. Returns how many. */
static gsize
read_handles(BhMgmtMemory *self,
             const BhMgmtController *controller,
             const char *key,
             guint16 *handles,
             gsize n)
{
    Group group = group_of(controller);
    gsize n_listed = 0, kept = 0;
    g_autofree gint *listed =
        g_key_file_get_integer_list(self->groups, group.name, key, &n_listed, NULL);

    for (gsize i = 0; listed != NULL && i < n_listed && kept < n; i++)
        if (listed[i] > 0 && listed[i] <= G_MAXUINT16)
            handles[kept++] = (guint16)listed[i];
    return kept;
}

void
bh_mgmt_memory_meet(BhMgmtMemory *self, const BhMgmtController *controller)
{
    Group group = group_of(controller);

    if (g_key_file_has_group(self->groups, group.name) &&
        g_key_file_get_uint64(self->groups, group.name, KEY_INSTANCE, NULL) != controller->instance)
        bh_mgmt_memory_forget(self, controller);
}

void
bh_mgmt_memory_forget(BhMgmtMemory *self, const BhMgmtController *controller)
{
    Group group = group_of(controller);

    if (g_key_file_remove_group(self->groups, group.name, NULL))
        save(self);
}

/* Handles */

gsize
bh_mgmt_memory_get_handles(BhMgmtMemory *self,
                           const BhMgmtController *controller,
                           guint16 *handles,
                           gsize n)
{
    return read_handles(self, controller, KEY_HANDLES, handles, n);
}

/* All but one. */
static gsize
get_others(BhMgmtMemory *self, const BhMgmtController *controller, guint16 handle, gint *others)
{
    guint16 handles[BH_MGMT_MONITORS_MAX];
    gsize n = bh_mgmt_memory_get_handles(self, controller, handles, G_N_ELEMENTS(handles));
    gsize kept = 0;

    for (gsize i = 0; i < n; i++)
        if (handles[i] != handle)
            others[kept++] = handles[i];
    return kept;
}

void
bh_mgmt_memory_add_handle(BhMgmtMemory *self, const BhMgmtController *controller, guint16 handle)
{
    gint values[BH_MGMT_MONITORS_MAX + 1];
    gsize n = get_others(self, controller, handle, values);

    values[n] = handle;
    put_list(self, controller, KEY_HANDLES, values, n + 1);
    drop_list(self, controller, KEY_ADDING);
    save(self);
}

void
bh_mgmt_memory_remove_handle(BhMgmtMemory *self, const BhMgmtController *controller, guint16 handle)
{
    gint values[BH_MGMT_MONITORS_MAX];
    gsize n = get_others(self, controller, handle, values);

    if (n > 0)
        put_list(self, controller, KEY_HANDLES, values, n);
    else
        drop_list(self, controller, KEY_HANDLES);
    save(self);
}

/* The key is there also when the list is empty. */
gboolean
bh_mgmt_memory_get_adding(BhMgmtMemory *self,
                          const BhMgmtController *controller,
                          BhMgmtMonitors *before)
{
    Group group = group_of(controller);

    *before = (BhMgmtMonitors){0};
    if (!g_key_file_has_key(self->groups, group.name, KEY_ADDING, NULL))
        return FALSE;
    before->n_handles =
        read_handles(self, controller, KEY_ADDING, before->handles, G_N_ELEMENTS(before->handles));
    return TRUE;
}

void
bh_mgmt_memory_set_adding(BhMgmtMemory *self,
                          const BhMgmtController *controller,
                          const BhMgmtMonitors *before)
{
    gint values[BH_MGMT_MONITORS_MAX] = {0};

    if (before != NULL) {
        for (gsize i = 0; i < before->n_handles; i++)
            values[i] = before->handles[i];
        put_list(self, controller, KEY_ADDING, values, before->n_handles);
    } else {
        drop_list(self, controller, KEY_ADDING);
    }
    save(self);
}

/* Advertisements */

gsize
bh_mgmt_memory_get_adverts(BhMgmtMemory *self,
                           const BhMgmtController *controller,
                           guint8 *instances,
                           gsize n)
{
    guint16 listed[G_MAXUINT8];
    gsize n_listed = read_handles(self, controller, KEY_ADVERTS, listed, G_N_ELEMENTS(listed));
    gsize kept = 0;

    for (gsize i = 0; i < n_listed && kept < n; i++)
        if (listed[i] <= G_MAXUINT8)
            instances[kept++] = (guint8)listed[i];
    return kept;
}

static gsize
get_other_adverts(BhMgmtMemory *self,
                  const BhMgmtController *controller,
                  guint8 instance,
                  gint *others)
{
    guint8 instances[G_MAXUINT8];
    gsize n = bh_mgmt_memory_get_adverts(self, controller, instances, G_N_ELEMENTS(instances));
    gsize kept = 0;

    for (gsize i = 0; i < n; i++)
        if (instances[i] != instance)
            others[kept++] = instances[i];
    return kept;
}

void
bh_mgmt_memory_add_advert(BhMgmtMemory *self, const BhMgmtController *controller, guint8 instance)
{
    gint values[G_MAXUINT8 + 1];
    gsize n = get_other_adverts(self, controller, instance, values);

    values[n] = instance;
    put_list(self, controller, KEY_ADVERTS, values, n + 1);
    save(self);
}

void
bh_mgmt_memory_remove_advert(BhMgmtMemory *self,
                             const BhMgmtController *controller,
                             guint8 instance)
{
    gint values[G_MAXUINT8];
    gsize n = get_other_adverts(self, controller, instance, values);

    if (n > 0)
        put_list(self, controller, KEY_ADVERTS, values, n);
    else
        drop_list(self, controller, KEY_ADVERTS);
    save(self);
}

/* Scan parameters */

gboolean
bh_mgmt_memory_get_defaults(BhMgmtMemory *self,
                            const BhMgmtController *controller,
                            BhMgmtDefaults *defaults)
{
    Group group = group_of(controller);
    gsize n = 0;
    g_autofree gint *values =
        g_key_file_get_integer_list(self->groups, group.name, KEY_DEFAULTS, &n, NULL);

    if (values == NULL || n != N_DEFAULTS)
        return FALSE;
    for (gsize i = 0; i < n; i++)
        if (values[i] < UNITS_MIN || values[i] > UNITS_MAX || values[i] > values[i & ~(gsize)1])
            return FALSE;
    *defaults = (BhMgmtDefaults){
        .discovery = {(guint16)values[0], (guint16)values[1]},
        .monitors = {(guint16)values[2], (guint16)values[3]},
    };
    return TRUE;
}

void
bh_mgmt_memory_set_defaults(BhMgmtMemory *self,
                            const BhMgmtController *controller,
                            const BhMgmtDefaults *defaults)
{
    gint values[N_DEFAULTS] = {0};

    if (defaults != NULL) {
        values[0] = defaults->discovery.interval;
        values[1] = defaults->discovery.window;
        values[2] = defaults->monitors.interval;
        values[3] = defaults->monitors.window;
        put_list(self, controller, KEY_DEFAULTS, values, N_DEFAULTS);
    } else {
        drop_list(self, controller, KEY_DEFAULTS);
    }
    save(self);
}
