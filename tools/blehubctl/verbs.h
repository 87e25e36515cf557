/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The verbs, each defined in its own file. */
#include "ctl.h"

G_BEGIN_DECLS

extern const BhVerb bh_verb_status;
extern const BhVerb bh_verb_devices;
extern const BhVerb bh_verb_scan;
extern const BhVerb bh_verb_discover;
extern const BhVerb bh_verb_beacons;
extern const BhVerb bh_verb_connect;
extern const BhVerb bh_verb_disconnect;
extern const BhVerb bh_verb_explore;
extern const BhVerb bh_verb_read;
extern const BhVerb bh_verb_write;
extern const BhVerb bh_verb_subscribe;
extern const BhVerb bh_verb_transact;
extern const BhVerb bh_verb_pair;
extern const BhVerb bh_verb_bonds;
extern const BhVerb bh_verb_advertise;
extern const BhVerb bh_verb_serve;
extern const BhVerb bh_verb_radio;
extern const BhVerb bh_verb_watch;
extern const BhVerb bh_verb_simulate_ema;
extern const BhVerb bh_verb_decode;
extern const BhVerb bh_verb_uuid;

G_END_DECLS
