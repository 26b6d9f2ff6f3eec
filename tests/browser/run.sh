#!/usr/bin/env bash
# Opens the HTML report in a real Chromium. Installs what it needs: Debian's chromium with a font
# for Japanese, and the npm packages that package.json names.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v chromium >/dev/null || ! fc-list 2>/dev/null | grep -q CJK; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
fi
npm install --silent --no-package-lock --no-audit --no-fund

# The reports that the tests open.
(cd ../.. && cargo test --quiet --test it html::reports_for_the_browser)
exec node --test --test-reporter=spec --test-concurrency=1 ./*.test.mjs
