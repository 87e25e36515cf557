/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The level is the only thing that can be set; the target is what the process was started with, and
 * setting it to what it already is succeeds.
 */
#include "bh-export-log.h"

#include "bh-error.h"

struct _BhExportLog {
    BhStdLogControl1Skeleton parent;
    BhGate *gate;            /* borrowed: outlives us */
    BhLogSettings *settings; /* borrowed: outlives us */
};

static void exported_iface_init(BhExportedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(BhExportLog,
                              bh_export_log,
                              BH_STD_TYPE_LOG_CONTROL1_SKELETON,
                              G_IMPLEMENT_INTERFACE(BH_TYPE_EXPORTED, exported_iface_init))

static BhGate *
peek_gate(BhExported *exported)
{
    return BH_EXPORT_LOG(exported)->gate;
}

static void
refresh(BhExported *exported)
{
    BhExportLog *self = BH_EXPORT_LOG(exported);
    BhStdLogControl1 *object = BH_STD_LOG_CONTROL1(self);

    bh_std_log_control1_set_log_level(object, bh_log_settings_get_level(self->settings));
    bh_std_log_control1_set_log_target(object, bh_log_settings_get_target(self->settings));
}

static gboolean
write_property(BhExported *exported, const char *property, GVariant *value, GError **error)
{
    BhExportLog *self = BH_EXPORT_LOG(exported);
    const char *text = g_variant_get_string(value, NULL);

    if (g_str_equal(property, "LogLevel") && bh_log_settings_set_level(self->settings, text))
        return TRUE;
    if (g_str_equal(property, "LogTarget") &&
        g_str_equal(text, bh_log_settings_get_target(self->settings)))
        return TRUE;
    g_set_error(error,
                BH_ERROR,
                BH_ERROR_INVALID_ARGUMENTS,
                "%s: cannot be set to \"%s\"",
                property,
                text);
    return FALSE;
}

static void
exported_iface_init(BhExportedInterface *iface)
{
    iface->peek_gate = peek_gate;
    iface->refresh = refresh;
    iface->write = write_property;
}

static void
bh_export_log_class_init(BhExportLogClass *klass)
{
    G_DBUS_INTERFACE_SKELETON_CLASS(klass)->get_vtable = bh_gate_get_vtable;
}

static void
bh_export_log_init(BhExportLog *self)
{
}

BhExportLog *
bh_export_log_new(BhGate *gate, BhLogSettings *settings)
{
    BhExportLog *self = g_object_new(BH_TYPE_EXPORT_LOG, NULL);

    self->gate = gate;
    self->settings = settings;
    bh_std_log_control1_set_syslog_identifier(BH_STD_LOG_CONTROL1(self), "blehubd");
    refresh(BH_EXPORTED(self));
    return self;
}
