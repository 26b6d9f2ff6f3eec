#!/usr/bin/env bash
# Finds the program for the action: SHELFLIFE_BIN where it is set, else the release's binary, its
# checksum compared, else it is built from the action's own source.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./lib.sh
source_root=$(cd .. && pwd)

if [ -n "${SHELFLIFE_BIN:-}" ]; then
    output program "$SHELFLIFE_BIN"
    exit 0
fi

version=${INPUT_VERSION:-}
if [ -z "$version" ]; then
    # `uses: owner/shelflife@v1.2.3` names the release; a branch or a commit names none.
    case ${ACTION_REF:-} in
        v[0-9]*.[0-9]*.[0-9]*) version=${ACTION_REF#v} ;;
    esac
fi
case $version in
    '' | [0-9]*.[0-9]*.[0-9]*) ;;
    *) fail "the version \`$version\` is none: write \`0.1.0\`" ;;
esac
case $version in
    *[!0-9A-Za-z.-]*) fail "the version \`$version\` is none: write \`0.1.0\`" ;;
esac

target() {
    case "$(uname -s) $(uname -m)" in
        'Linux x86_64') echo x86_64-unknown-linux-musl ;;
        'Linux aarch64') echo aarch64-unknown-linux-musl ;;
        'Darwin arm64') echo aarch64-apple-darwin ;;
        'Darwin x86_64') echo x86_64-apple-darwin ;;
        MINGW*' x86_64' | MSYS*' x86_64') echo x86_64-pc-windows-msvc ;;
        *) return 1 ;;
    esac
}

checksum() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

folder="${RUNNER_TEMP:-/tmp}/shelflife"
mkdir -p "$folder"

# Fetches the release's archive and compares its checksum. A release that is not there is no error, one
# that is not what it says is.
fetch() {
    local name url archive wanted found
    name="shelflife-$version-$1"
    url="${SHELFLIFE_RELEASES:-${GITHUB_SERVER_URL:-https://github.com}/${ACTION_REPOSITORY:-shelflife/shelflife}/releases/download}/v$version"
    archive="$folder/$name.tar.gz"
    curl --fail --silent --show-error --location --retry 3 --max-time 300 -o "$archive" "$url/$name.tar.gz" || return 1
    curl --fail --silent --show-error --location --retry 3 --max-time 60 -o "$archive.sha256" "$url/$name.tar.gz.sha256" ||
        fail "$name.tar.gz has no checksum" 3
    read -r wanted _ <"$archive.sha256"
    found=$(checksum "$archive")
    [ "$wanted" = "$found" ] || fail "$name.tar.gz is not what its checksum says: $found, not $wanted" 3
    tar -xzf "$archive" -C "$folder"
}

if [ -n "$version" ] && triple=$(target) && fetch "$triple"; then
    program="$folder/shelflife"
    [ -x "$program" ] || program="$program.exe"
    output program "$program"
    exit 0
fi

command -v cargo >/dev/null || fail "there is no release for this system, and no cargo to build one" 3
notice "no binary of this version: building it, which takes some minutes"
cargo install --path "$source_root" --locked --root "$folder/built" --bin shelflife
output program "$folder/built/bin/shelflife"
