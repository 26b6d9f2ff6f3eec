# What the action's scripts share. Sourced.
# shellcheck shell=bash

# Text for a workflow command: nothing in it ends the command or begins another.
escaped() {
    local text=$1
    text=${text//'%'/%25}
    text=${text//$'\r'/%0D}
    text=${text//$'\n'/%0A}
    printf '%s' "$text"
}

# Ends the step with an error that GitHub shows.
fail() {
    printf '::error title=Shelflife::%s\n' "$(escaped "$1")"
    exit "${2:-2}"
}

notice() {
    printf '::notice title=Shelflife::%s\n' "$(escaped "$1")"
}

# Writes an output. A value with a line break could begin another output, so there is none.
output() {
    local name=$1 value=$2
    case $value in
        *$'\n'* | *$'\r'*) fail "the $name has a line break in it" ;;
    esac
    printf '%s=%s\n' "$name" "$value" >>"${GITHUB_OUTPUT:-/dev/null}"
}

# Whether an input is switched on.
enabled() {
    case $1 in
        true | yes | 1) return 0 ;;
        false | no | 0 | '') return 1 ;;
        *) fail "\`$1\` is neither true nor false" ;;
    esac
}
