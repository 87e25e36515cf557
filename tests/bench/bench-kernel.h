/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The kernel's management channel of one powered controller, on one end of a socket pair: Device
 * Found events, and answers to what blehubd asks. Numbers are those of BlueZ's doc/mgmt-api.txt.
 */
#include <glib.h>

G_BEGIN_DECLS

/** An advertisement of a device; sent is how many there were before. Waits while the reader is
 * behind, where the kernel would drop. FALSE when nobody listens any more. */
gboolean bh_bench_kernel_emit(int fd, guint device, guint sent);
/** Answers one command. FALSE when nobody asks any more. */
gboolean bh_bench_kernel_serve(int fd);

G_END_DECLS
