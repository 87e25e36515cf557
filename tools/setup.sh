# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154
#
# What tests/run and tools/demo share: make a bare Debian 12 able to build blehub, and build it. To be
# sourced, with $top naming the checkout. apt is touched only when a package is missing, so that a second
# run needs neither root nor a network.

# Debian's own tools first: a python3 or meson from elsewhere lacks Debian's modules.
PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH
LC_ALL=C.UTF-8
export PATH LC_ALL

# Prints the packages listed in the files given that are not installed.
missing_packages()
{
    local package status
    sed 's/#.*//' "$@" | tr -s ' \t' '\n\n' | sed '/^$/d' | sort -u | while read -r package; do
        status=$(dpkg-query -W -f '${db:Status-Status} ' "$package" 2>/dev/null) || status=
        case $status in
        installed*) ;;
        *) echo "$package" ;;
        esac
    done
}

# Runs a command as root, directly or through sudo.
as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "Neither root nor sudo: cannot run '$*'" >&2
        return 1
    fi
}

# Installs what is missing of the packages listed in the files given.
install_packages()
{
    local missing
    missing=$(missing_packages "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    echo "Installing: $missing"
    # shellcheck disable=SC2086 # a list of words
    set -- apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing
    as_root timeout 600 apt-get -q -o DPkg::Lock::Timeout=300 update </dev/null &&
        as_root env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

# build_tree DIR SUITES [MESON OPTION...]: configures DIR unless it is, and builds it with the tests of
# these suites.
build_tree()
{
    local dir=$1 suites=$2 targets
    shift 2
    if [ ! -f "$dir/build.ninja" ]; then
        timeout -k 5 300 meson setup "$dir" "$top" "$@" </dev/null || return 1
    fi
    timeout -k 5 300 ninja -C "$dir" build.ninja </dev/null || return 1 # lest the targets be those of before
    # shellcheck disable=SC2086 # lists of words
    targets=$("$top/tools/targets" "$dir" $suites) &&
        timeout -k 5 600 ninja -C "$dir" $targets </dev/null
}
