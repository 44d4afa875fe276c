#!/usr/bin/env bash
# The chat page in real Chromium: what counts, what does not, what a hostile platform can do, and who can use it.
# Takes names of test files without their ending; all unless told. Screenshots go to target/browser.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
mkdir -p "$target/browser"

install_browser() {
    local root=
    [ "$(id -u)" = 0 ] || root=sudo
    $root apt-get update -qq
    $root apt-get install -y -qq --no-install-recommends chromium chromium-driver fonts-dejavu-core fonts-noto-color-emoji > /dev/null
}

install_packages() {
    npm install --prefix "$target/browser" --no-package-lock --no-audit --no-fund --silent \
        playwright-core@1.65.1 axe-core@4.14.1
}

command -v chromium > /dev/null && command -v chromedriver > /dev/null || install_browser
[ -d "$target/browser/node_modules/playwright-core" ] && [ -d "$target/browser/node_modules/axe-core" ] || install_packages
# Optimised, since the compiler then evaluates constants in another order, and has found a cycle among them.
cargo rustc -q -p thrads-examples --bin chat-server -- -C opt-level=1

files=()
for name in "${@:-chat counting polls hostile access hidden}"; do
    for one in $name; do files+=("tests/browser/$one.test.cjs"); done
done
export NODE_PATH=$target/browser/node_modules SERVER=$target/debug/chat-server ARTEFACTS=$target/browser
exec timeout 600 node --test --test-concurrency=1 --test-reporter=spec "${files[@]}"
