/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Everything of libblehub. */
#include "bh-ad.h"
#include "bh-address.h"
#include "bh-advert.h"
#include "bh-application-definition.h"
#include "bh-backoff.h"
#include "bh-beacon.h"
#include "bh-device-table.h"
#include "bh-distance.h"
#include "bh-error.h"
#include "bh-filter.h"
#include "bh-gatt.h"
#include "bh-names.h"
#include "bh-options.h"
#include "bh-packed.h"
#include "bh-recovery.h"
#include "bh-report-rule.h"
#include "bh-report.h"
#include "bh-statistics.h"
#include "bh-uuid.h"
