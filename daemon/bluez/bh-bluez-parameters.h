/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How often a link is served: by the management socket only, because BlueZ has no call for it.
 */
#include "bh-bluez-central-private.h"

G_BEGIN_DECLS

/* What these say in the kernel's units; what is left open fits what is given. */
BhMgmtConnectionParameters bh_bluez_parameters_to_kernel(const BhLinkParameters *parameters);

/* For the next link with the device. TRUE if nothing is wanted (NULL, too). Error: NotSupported. */
gboolean bh_bluez_parameters_load(BhBluez *bluez,
                                  const BhLinkKey *key,
                                  const BhLinkParameters *parameters,
                                  GError **error);

/* Of the link that is there. Takes task, which returns TRUE when the kernel has taken them; what is
 * agreed on with the device is told later, as parameters in force. Errors: NotSupported, Timeout,
 * Failed (the kernel refuses them), Cancelled. */
void bh_bluez_parameters_change(BhBluezCentral *self,
                                const BhLinkKey *key,
                                const BhLinkParameters *parameters,
                                GTask *task);
void bh_bluez_parameters_clear(BhBluezCentral *self);

G_END_DECLS
