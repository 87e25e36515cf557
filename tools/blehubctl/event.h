/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What befalls the things that we have blehubd do, a line each as it comes: prose, or with --json
 * an object with Event, what belongs to it, and the time.
 */
#include "ctl.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/** The object of an event, to be told. */
JsonObject *bh_event_new(const char *event);
/** Adds the entries of a{sv}. */
void bh_event_add(JsonObject *event, GVariant *details);
/** Prints it and takes it; prose is the line without its end, safe for terminals. */
void bh_event_tell(const BhCtl *ctl, JsonObject *event, const char *prose);

/** The addresses of adapters (paths), ", " between. */
char *bh_event_dup_adapters(const char *const *paths);

G_END_DECLS
