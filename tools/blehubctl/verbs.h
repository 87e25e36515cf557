/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The verbs, each defined in its own file. */
#include "ctl.h"

G_BEGIN_DECLS

extern const BhVerb bh_verb_status;
extern const BhVerb bh_verb_devices;
extern const BhVerb bh_verb_scan;
extern const BhVerb bh_verb_discover;
extern const BhVerb bh_verb_decode;
extern const BhVerb bh_verb_uuid;

G_END_DECLS
