/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What org.bluez.Adapter1 of a simulated controller says of itself. */
#include "props.h"
#include "scenario.h"

G_BEGIN_DECLS

void bh_adapter_props_set_identity(BhProps *props, const BhScenarioAdapter *config);
void bh_adapter_props_set_constants(BhProps *props, gboolean is_5_82, gboolean is_5_87);
void bh_adapter_props_set_power(BhProps *props, gboolean powered, gboolean is_5_82);

G_END_DECLS
