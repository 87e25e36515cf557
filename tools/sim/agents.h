/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * org.bluez.AgentManager1: the programs that answer questions of a pairing. Each sender has at most
 * one agent; the default is the one that asked to be it, else the first. An agent goes with its
 * sender.
 */
#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
    BH_CAPABILITY_DISPLAY_ONLY,
    BH_CAPABILITY_DISPLAY_YES_NO,
    BH_CAPABILITY_KEYBOARD_ONLY,
    BH_CAPABILITY_NO_INPUT_NO_OUTPUT,
    BH_CAPABILITY_KEYBOARD_DISPLAY,
} BhCapability;

typedef struct {
    char *sender;
    char *path;
    BhCapability capability;
    guint watch;
} BhAgent; /* reference-counted with g_rc_box */

void bh_agent_unref(BhAgent *agent);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhAgent, bh_agent_unref)

typedef struct _BhAgents BhAgents;

/** Exports the manager at once; it is borrowed and must outlive the object. */
BhAgents *bh_agents_new(GDBusObjectManagerServer *manager);
void bh_agents_free(BhAgents *agents);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhAgents, bh_agents_free)

/** The agent of this sender, else the default one, else NULL. sender may be NULL. */
BhAgent *bh_agents_get(BhAgents *agents, const char *sender);

/** Calls org.bluez.Agent1 of an agent; takes floating arguments. */
void bh_agents_call(BhAgents *agents,
                    const BhAgent *agent,
                    const char *method,
                    GVariant *arguments,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data);

G_END_DECLS
