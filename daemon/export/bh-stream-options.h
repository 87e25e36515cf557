/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Options of OpenStream.
 */
#include "bh-stream.h"

G_BEGIN_DECLS

/* Format s, BatchMs u, Queue u. Error: InvalidArguments with the key first. */
gboolean bh_stream_options_parse(GVariant *dict, BhStreamSpec *spec, GError **error);

G_END_DECLS
