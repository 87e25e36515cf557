/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Everything of libblehub-client, and of libblehub. */
#include "bh-dbus.h"
#include "bh-live-application.h"
#include "bh-live-scan.h"
#include "bh-live-subscription.h"
#include "bh-live-watch.h"
#include "bh-stream-reader.h"
#include "blehub.h"
