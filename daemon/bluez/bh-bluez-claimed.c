/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Services of profiles that BlueZ implements itself. Which of them a bluetoothd really claims
 * depends on how it was built and configured, and it does not tell.
 */
#include "bh-bluez-claimed.h"

static const char *const services[] = {
    "1800",                                 /* Generic Access */
    "1801",                                 /* Generic Attribute */
    "180a",                                 /* Device Information */
    "180f",                                 /* Battery */
    "1812",                                 /* Human Interface Device */
    "1813",                                 /* Scan Parameters */
    "1843",                                 /* Audio Input Control */
    "1844",                                 /* Volume Control */
    "1845",                                 /* Volume Offset Control */
    "1846",                                 /* Coordinated Set Identification */
    "1848",                                 /* Media Control */
    "1849",                                 /* Generic Media Control */
    "184b",                                 /* Telephone Bearer */
    "184c",                                 /* Generic Telephone Bearer */
    "184d",                                 /* Microphone Control */
    "184e",                                 /* Audio Stream Control */
    "184f",                                 /* Broadcast Audio Scan */
    "1850",                                 /* Published Audio Capabilities */
    "1855",                                 /* Telephony and Media Audio */
    "1858",                                 /* Gaming Audio */
    "fdf0",                                 /* Audio Streaming for Hearing Aid */
    "03b80e5a-ede8-4b33-a751-6ce34ec4c700", /* MIDI */
};

gboolean
bh_bluez_claimed_may_be(const BhUuid *service)
{
    BhUuid claimed;

    for (gsize i = 0; i < G_N_ELEMENTS(services); i++)
        if (bh_uuid_parse(services[i], &claimed, NULL) && bh_uuid_equal(&claimed, service))
            return TRUE;
    return FALSE;
}
