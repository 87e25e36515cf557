/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An interface of a simulated BlueZ object that has no class of its own: the interface's
 * description, its properties, and one function that its methods are called through. The
 * description has been checked against the call before: the method exists and the arguments have
 * its types.
 */
#include "props.h"

G_BEGIN_DECLS

#define BH_TYPE_SIM_INTERFACE (bh_sim_interface_get_type())
G_DECLARE_FINAL_TYPE(BhSimInterface, bh_sim_interface, BH, SIM_INTERFACE, GDBusInterfaceSkeleton)

/** Answers the call, which it owns, now or later. */
typedef void (*BhSimInterfaceCall)(const char *method,
                                   GVariant *arguments,
                                   GDBusMethodInvocation *invocation,
                                   gpointer user_data);

/** info and user_data are borrowed; call may be NULL if there are no methods. */
BhSimInterface *
bh_sim_interface_new(const GDBusInterfaceInfo *info, BhSimInterfaceCall call, gpointer user_data);

/** Calls that come late are not delivered any more. */
void bh_sim_interface_detach(BhSimInterface *interface);

/** Borrowed. */
BhProps *bh_sim_interface_get_props(BhSimInterface *interface);

/** Puts one interface on an object of its own. */
void bh_sim_interface_export(BhSimInterface *interface,
                             GDBusObjectManagerServer *manager,
                             const char *path);

G_END_DECLS
