/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What goes wrong at its time, and is put right after ForMs. */
#include "bluez.h"

G_BEGIN_DECLS

typedef struct _BhFaults BhFaults;

/** Pointers are borrowed and must outlive it. */
BhFaults *bh_faults_new(BhTimeline *timeline, BhBluez *bluez);
void bh_faults_free(BhFaults *faults);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BhFaults, bh_faults_free)

/** Takes the fault; its AtMs counts from now. What cannot be done then is said on stderr. */
void bh_faults_plan(BhFaults *faults, BhScenarioFault *fault);

G_END_DECLS
