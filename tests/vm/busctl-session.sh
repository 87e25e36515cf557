#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A gateway session made of nothing but busctl calls. Each of them is another connection to the bus, so the scan is leased.
set -eu

# Scan for two seconds and print what is there.
busctl call org.blehub /org/blehub org.blehub.Hub1 Discover 'a{sv}' 1 DurationMs u 2000

# A scan that stays until it is released, or for 30 s without a Renew.
reply=$(busctl call org.blehub /org/blehub org.blehub.Hub1 Scan 'a{sv}' 2 Lifetime s lease LeaseMs u 30000)
scan=$(echo "$reply" | cut -d '"' -f 2)

# The next device that is heard, then all of them as JSON, which wants text as keys.
busctl call org.blehub "$scan" org.blehub.Scan1 WaitDevice 'a{sv}' 1 TimeoutMs u 10000
busctl call org.blehub "$scan" org.blehub.Scan1 Renew
busctl --json=short call org.blehub "$scan" org.blehub.Scan1 GetDevices 'a{sv}' 1 HexKeys b true

busctl call org.blehub "$scan" org.blehub.Scan1 Release
