#!/usr/bin/env bash
# Audits, and publishes what the mode asks for. All inputs come through the environment.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/lib.sh"

: "${SHELFLIFE:?}"
workspace=${GITHUB_WORKSPACE:-$PWD}
cd "$workspace"

event=${GITHUB_EVENT_NAME:-}
if [ "$event" = pull_request_target ]; then
    fail "pull_request_target is refused: it runs with a token that can write, while what is audited is written by whoever opens the pull request. Use pull_request, and publish in a second workflow on workflow_run (docs/github.md)"
fi

mode=${INPUT_MODE:-auto}
if [ "$mode" = auto ]; then
    case $event in
        pull_request | merge_group) mode=change ;;
        schedule | workflow_dispatch) mode=weekly ;;
        *) mode=full ;;
    esac
fi
case $mode in
    change | full | weekly) ;;
    *) fail "the mode \`$mode\` is none of auto, change, full and weekly" ;;
esac

path=${INPUT_PATH:-.}
git=(git -c safe.directory="$(cd "$path" && pwd)" -C "$path")
if [ "$("${git[@]}" rev-parse --is-shallow-repository 2>/dev/null || echo unknown)" = true ]; then
    if enabled "${INPUT_DEEPEN:-true}"; then
        # The token through the environment: arguments are for all to read.
        if [ -n "${INPUT_TOKEN:-}" ] && [ -n "${GITHUB_SERVER_URL:-}" ]; then
            basic=$(printf 'x-access-token:%s' "$INPUT_TOKEN" | base64 | tr -d '\n')
            export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader"
            export GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $basic"
        fi
        GIT_TERMINAL_PROMPT=0 "${git[@]}" fetch --quiet --unshallow --no-tags origin ||
            fail "the checkout is shallow and could not be completed: use actions/checkout with \`fetch-depth: 0\`" 3
        unset GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
    else
        fail "the checkout is shallow, and no audit can tell what is older: use actions/checkout with \`fetch-depth: 0\`" 3
    fi
fi

reports=${INPUT_OUTPUT:-shelflife-report}
mkdir -p "$reports"
audit=("$path" --no-progress --format github
    --summary "${GITHUB_STEP_SUMMARY:-/dev/null}" --counts "${GITHUB_OUTPUT:-/dev/null}"
    -o "$reports/audit.json" -o "$reports/report.html" -o "$reports/report.md" -o "$reports/report.sarif")
[ "$mode" != change ] || audit+=(--base "${INPUT_BASE:-@event}")
[ -z "${INPUT_CONFIG:-}" ] || audit+=(--config "$INPUT_CONFIG")
[ -z "${INPUT_BASELINE:-}" ] || audit+=(--baseline "$INPUT_BASELINE")
[ -z "${INPUT_REVIEWS:-}" ] || [ ! -e "$INPUT_REVIEWS" ] || audit+=(--reviews "$INPUT_REVIEWS")
[ -z "${INPUT_MIN_CONFIDENCE:-}" ] || audit+=(--min-confidence "$INPUT_MIN_CONFIDENCE")
audit+=(--fail-on "${INPUT_FAIL_ON:-never}")

# What a public repository's job writes down, everybody reads.
if [ "${REPOSITORY_VISIBILITY:-}" = public ] || enabled "${INPUT_REDACT:-false}"; then
    audit+=(--redact)
fi

# The outputs are written before anything else can end the step.
output report "$reports"
status=0
"$SHELFLIFE" audit "${audit[@]}" || status=$?
# 1 says that there are findings; all above, that there is no audit.
[ "$status" -le 1 ] || exit "$status"

exclusions=
if [ -n "${INPUT_EXPORT:-}" ] && [ "$mode" != change ]; then
    exclusions="$reports/exclusions-$INPUT_EXPORT"
    case $INPUT_EXPORT in
        *[!a-z0-9-]*) fail "\`$INPUT_EXPORT\` is no store" ;;
        list) exclusions="$exclusions.json" ;;
    esac
    # A list that is refused (it would drop too much) keeps nobody from reading what is wrong.
    refused=0
    "$SHELFLIFE" export "$reports/audit.json" --to "$INPUT_EXPORT" -o "$exclusions" || refused=$?
    if [ "$refused" -ne 0 ]; then
        exclusions=
        status=$refused
        printf '::error title=Shelflife::%s\n' "no exclusion list was written: see the log"
    fi
fi
output exclusions "$exclusions"

publish() {
    local kind=$1
    shift
    local arguments=("$reports/audit.json")
    if [ -n "${GITHUB_RUN_ID:-}" ] && [ -n "${GITHUB_REPOSITORY:-}" ]; then
        arguments+=(--report-url "${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID")
    fi
    ! enabled "${INPUT_REDACT:-false}" || arguments+=(--redact)
    GITHUB_TOKEN=$INPUT_TOKEN "$SHELFLIFE" publish "$kind" "${arguments[@]}" "$@"
}

if [ -n "${INPUT_TOKEN:-}" ]; then
    if [ "$mode" = change ] && [ "$event" = pull_request ] && enabled "${INPUT_COMMENT:-true}"; then
        more=()
        ! enabled "${INPUT_SUGGEST:-false}" || more+=(--suggest)
        publish comment ${more[@]+"${more[@]}"}
    fi
    if enabled "${INPUT_CHECKS:-false}"; then
        publish checks --fail-on "${INPUT_FAIL_ON:-never}"
    fi
    if [ "$mode" = weekly ]; then
        if enabled "${INPUT_ISSUE:-true}"; then
            more=(--reviews-out "$reports/reviews.toml")
            ! enabled "${INPUT_MENTION_OWNERS:-false}" || more+=(--mention-owners)
            publish issue "${more[@]}"
        fi
        if enabled "${INPUT_FIX:-false}"; then
            publish fix --checkout "$path"
        fi
    fi
fi
exit "$status"
