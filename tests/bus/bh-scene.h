/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Most tests' surroundings: a bus, a puppet BlueZ with one powered adapter, and a radio. Parts a
 * test does not want can be left out by building the scene step by step.
 */
#include "bh-fixture.h"
#include "bh-puppet.h"
#include "bh-recorder.h"
#include "test-main.h"

G_BEGIN_DECLS

typedef struct {
    BhFixture bus;
    BhPuppet *puppet;
    BhRecorder radio;
} BhScene;

/* A bus with the puppet and its adapter on it; the radio is not started. timing may be NULL. */
static inline void
bh_scene_init(BhScene *self, const BhBluezTiming *timing)
{
    bh_fixture_init(&self->bus);
    self->puppet = bh_puppet_new(self->bus.address);
    bh_puppet_add_adapter(self->puppet, BH_PUPPET_ADAPTER, BH_PUPPET_ADDRESS, TRUE);
    bh_recorder_init(&self->radio, self->bus.address, timing);
}

static inline void
bh_scene_clear(BhScene *self)
{
    bh_recorder_clear(&self->radio);
    g_clear_pointer(&self->puppet, bh_puppet_free);
    bh_fixture_clear(&self->bus);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BhScene, bh_scene_clear)

/* Started, and BlueZ's objects known. */
static inline void
bh_scene_init_started(BhScene *self)
{
    bh_scene_init(self, NULL);
    bh_recorder_start(&self->radio);
    BH_AWAIT(self->radio.bluez_present);
}

/* Started, and a scan runs on slot 0. The calls so far are forgotten. */
static inline void
bh_scene_init_scanning(BhScene *self)
{
    bh_scene_init_started(self);
    bh_recorder_scan(&self->radio, 0);
    BH_AWAIT(bh_recorder_is_running(&self->radio, 0));
    BH_AWAIT(self->radio.adapters[0].discovering);
    bh_puppet_clear_calls(self->puppet);
}

G_END_DECLS
