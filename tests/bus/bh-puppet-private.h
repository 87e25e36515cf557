/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The puppet as its two halves see it: bh-puppet.c (its bus, adapters, calls and faults) and
 * bh-puppet-devices.c (what devices and their attributes are and do).
 */
#include "bh-puppet.h"
#include "bh-sdbus.h"

G_BEGIN_DECLS

typedef struct {
    char *path;
    char *address;
    gboolean is_adapter;
    gboolean flag; /* adapter: Powered; device: Connected */
    gboolean resolved;
    gboolean undiscovered;
    gboolean paired;
    gboolean bonded;
    char *modalias; /* of an adapter; NULL = none */
    /* Of an attribute; NULL = it is none. */
    char *interface;
    char *uuid;
    char *flags; /* separated by spaces */
    GByteArray *value;
} BhPuppetObject;

struct BhPuppet {
    sd_bus *bus;
    GSource *source;
    GPtrArray *objects;
    GHashTable *faults; /* method -> Fault */
    GHashTable *held;   /* method -> GPtrArray of calls */
    GString *calls;
    char *caller;
    gboolean stuck;
    gboolean silent; /* methods of devices are answered, but do nothing */
    gboolean knows_connect_device;
};

BhPuppetObject *bh_puppet_find(BhPuppet *self, const char *path);

/* bh-puppet-devices.c */

/* The interfaces of a device or attribute, as a{sa{sv}} entries. */
void bh_puppet_append_interface(sd_bus_message *message, const BhPuppetObject *object);
/* The a{sv} of a device or attribute. */
void bh_puppet_append_object(sd_bus_message *message, const BhPuppetObject *object);
/* What a call does, and its answer's arguments. */
void bh_puppet_act_on_device(BhPuppet *self, sd_bus_message *call, sd_bus_message *reply);
/* ":value,type" of a write and the like. */
void bh_puppet_log_arguments(BhPuppet *self, sd_bus_message *call);

G_END_DECLS
