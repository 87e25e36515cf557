/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A device on the fake hub: Connect gives it, its methods answer what a test says, and every call
 * to Hub1.Connect, Device1 and Subscription1 is written down, a line each.
 */
#include "fake-hub.h"

G_BEGIN_DECLS

#define FAKE_DEVICE_PATH "/org/blehub/device/random_C0_00_00_00_00_01"
#define FAKE_HOLD_PATH "/org/blehub/hold/1"

typedef struct FakeDevice FakeDevice;

/** Called before a method is answered; TRUE: it will be answered later, or never. */
typedef gboolean (*FakeDeviceFunc)(FakeDevice *self,
                                   const char *method,
                                   GDBusMethodInvocation *call);

struct FakeDevice {
    FakeHub *hub; /* borrowed */
    GString *calls;
    GHashTable *replies;    /* method -> tuple; () for others */
    GByteArray *values;     /* what a stream begins with: packed records */
    guint n_values;         /* in values */
    guint lost;             /* values that the stream says it lost before them */
    const char *state;      /* property State */
    guint asked;            /* for a property */
    FakeDeviceFunc on_call; /* may be NULL */
    guint objects[2];       /* registrations */
};

FakeDevice *fake_device_new(FakeHub *hub);
void fake_device_free(FakeDevice *self);

/** reply: a tuple as text. */
void fake_device_set_reply(FakeDevice *self, const char *method, const char *reply);
void fake_device_add_value(FakeDevice *self, const char *text);

/** A signal of Device1; arguments: a tuple, floating is taken. */
void fake_device_emit(FakeDevice *self, const char *signal, GVariant *arguments);

/** A hold in GetManagedObjects, and the device with as many holds. Returns the hold, which counts
 * its releases in hub->releases. */
void fake_hub_add_hold(FakeHub *hub, const char *path, const char *lifetime, guint holds);

G_END_DECLS
