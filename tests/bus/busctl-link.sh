#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A device used with nothing but busctl: it is held by a lease, because each call is another connection to the bus.
set -eu

# Hold a device; the answer has the paths of the device and of the hold.
reply=$(busctl call org.blehub /org/blehub org.blehub.Hub1 Connect 'sa{sv}' C4:7C:8D:6A:11:02 1 Lifetime s lease)
device=$(echo "$reply" | cut -d '"' -f 2)
hold=$(echo "$reply" | cut -d '"' -f 4)

# Read where the strap is worn, and wait for the next heart rate.
busctl call org.blehub "$device" org.blehub.Device1 Read 'ssa{sv}' 180d 2a38 0
reply=$(busctl call org.blehub "$device" org.blehub.Device1 Subscribe 'ssa{sv}' 180d 2a37 1 Lifetime s lease)
subscription=$(echo "$reply" | cut -d '"' -f 2)
busctl call org.blehub "$subscription" org.blehub.Subscription1 Wait 'a{sv}' 1 TimeoutMs u 5000

busctl call org.blehub "$subscription" org.blehub.Subscription1 Release
busctl call org.blehub "$hold" org.blehub.Hold1 Release
