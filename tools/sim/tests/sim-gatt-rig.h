/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The rig with devices that can be connected, calls whose answers are texts, and an agent that says
 * what it is told to say.
 */
#include "sim-rig.h"

G_BEGIN_DECLS

#define PEER DEVICE("C1_00_00_00_00_01")   /* "peer" */
#define LOCK DEVICE("C1_00_00_00_00_02")   /* "lock": pairs */
#define MUTE DEVICE("C1_00_00_00_00_03")   /* "mute": never answers */
#define ERRORS DEVICE("C1_00_00_00_00_04") /* "errors": whatever its attributes are told */
#define SERVICE "/service0008"
#define VALUE SERVICE "/char0009" /* of each: read, write, write-without-response, notify */

/** Starts blehub-sim with the devices, and a discovery that finds them. */
void gatt_rig_init(Rig *rig, const char *argument);

/** Calls "Interface.Method" of org.bluez; *answer becomes "" or the printed result, or
 * "Error: message" without what all errors of BlueZ begin with. Takes floating arguments. */
void gatt_call(GDBusConnection *connection,
               const char *path,
               const char *method,
               GVariant *arguments,
               char **answer);
/** The same, and waits for it. */
char *
gatt_ask(GDBusConnection *connection, const char *path, const char *method, GVariant *arguments);
/** And compares it. */
void gatt_expect(GDBusConnection *connection,
                 const char *path,
                 const char *method,
                 GVariant *arguments,
                 const char *answer);

/** Connects and waits for services. */
void gatt_connect(Rig *rig, const char *device);

GVariant *gatt_read_arguments(guint16 offset);
/** count bytes of the same value; type NULL = none. */
GVariant *gatt_write_arguments(guint8 byte, gsize count, const char *type);

/** Changes keys of a device or an attribute by GVariant text; attribute NULL = the device. */
void gatt_set(Rig *rig, const char *device, const char *attribute, const char *options);
/** What GetDevice or GetAttribute says under this key, printed. */
char *gatt_get(Rig *rig, const char *device, const char *attribute, const char *key);
void gatt_notify(Rig *rig, const char *device, const char *attribute, guint8 byte);

/** An agent of the client. answer: "yes", "no", "never", or a passkey. */
typedef struct {
    const char *answer;
    GString *asked; /* the methods called, one after the other */
    guint registration;
} Agent;

void gatt_agent_init(Agent *agent, Rig *rig, const char *capability, const char *answer);
void gatt_agent_clear(Agent *agent, Rig *rig);

G_END_DECLS
