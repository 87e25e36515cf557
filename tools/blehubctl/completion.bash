# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for blehubctl. Verbs and options come from --help, so they are those of the program
# that is there.

_blehubctl_options()
{
    command "$@" --help 2>/dev/null | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+'
}

_blehubctl_verbs()
{
    command "$1" --help 2>/dev/null | sed -nE '/^Verbs:/,/^$/s/^  ([a-z-]+) .*/\1/p'
}

_blehubctl()
{
    local program=${COMP_WORDS[0]} current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local verb='' words='' i

    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -* | =) ;;
        *) [[ ${COMP_WORDS[i - 1]} == @(=|--bus) ]] || { verb=${COMP_WORDS[i]} && break; } ;;
        esac
    done
    if [[ $current == '=' ]]; then
        current=''
    elif [[ $previous == '=' ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $previous in
    --bus) words='system session' ;;
    --report) words='changes all first' ;;
    --address-type) words='public random' ;;
    --as)
        words='hex utf8 u8 i8 u16le u16be i16le i16be u24le u24be i24le i24be u32le u32be i32le i32be u64le u64be i64le i64be
            f32le f32be f64le f64be'
        ;;
    --set) compopt -o nospace; words='-' ;;
    --beacons) words='any iBeacon AltBeacon Eddystone Eddystone-UID Eddystone-URL Eddystone-TLM Eddystone-eTLM Eddystone-EID' ;;
    --capability) words='NoInputNoOutput DisplayOnly DisplayYesNo KeyboardOnly KeyboardDisplay' ;;
    --preset)
        words='low-latency balanced low-power'
        [[ $verb == @(watch|simulate-ema) ]] && words='default retail'
        ;;
    --adapter) words=$(cd /sys/class/bluetooth 2>/dev/null && echo hci*) ;;
    *)
        if [[ $current == -* ]]; then
            words=$(_blehubctl_options "$program" ${verb:+"$verb"})
        elif [[ -z $verb ]]; then
            words=$(_blehubctl_verbs "$program")
        elif [[ $verb == radio ]]; then
            words='on off'
        elif [[ $verb == advertise ]]; then
            words='iBeacon AltBeacon Eddystone-UID Eddystone-URL Eddystone-TLM Eddystone-eTLM Eddystone-EID'
        elif [[ $verb == watch ]]; then
            words=$(sed -nE 's/^\[device ([^] ]+)\]$/\1/p' /etc/blehub/blehub.conf /etc/blehub/conf.d/*.conf 2>/dev/null)
        elif [[ $verb == serve ]]; then
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return
        fi
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _blehubctl blehubctl
