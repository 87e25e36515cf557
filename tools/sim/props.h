/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The properties of one simulated BlueZ interface. The generated skeletons always have all
 * properties and swallow a change to an equal value; BlueZ leaves unknown properties out and
 * signals an unchanged RSSI. So the skeleton's subclass keeps its values here.
 *
 * Like BlueZ's D-Bus glue it collects changes and sends one PropertiesChanged per object when the
 * main loop is idle: what was set several times is sent once, with its last value.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BhProps BhProps;

/** The skeleton owns the properties and is borrowed. */
BhProps *bh_props_new(GDBusInterfaceSkeleton *skeleton);
void bh_props_free(BhProps *props);

/** Sets and signals, even if the value is the same. Takes a floating value. Nothing is signalled
 *  before the skeleton is exported. */
void bh_props_set(BhProps *props, const char *name, GVariant *value);
/** Sends what has changed now, in front of a reply. */
void bh_props_flush(BhProps *props);
/** Sets and signals at once, so that each value is seen. Takes a floating value. */
void bh_props_set_now(BhProps *props, const char *name, GVariant *value);
/** Takes the property away and signals it as invalidated, if it was there. */
void bh_props_unset(BhProps *props, const char *name);

/** For the skeleton's get_properties: a{sv} of what there is. */
GVariant *bh_props_dup_all(BhProps *props);
/** For the vtable's get_property. */
GVariant *bh_props_dup(BhProps *props, const char *name, GError **error);
/** For the vtable's method_call: what the generated skeleton does. user_data is the skeleton, of a
 *  class derived directly from it. */
void bh_props_call_skeleton(GDBusConnection *connection,
                            const char *sender,
                            const char *path,
                            const char *interface,
                            const char *method,
                            GVariant *arguments,
                            GDBusMethodInvocation *invocation,
                            gpointer user_data);

G_END_DECLS
