#!/usr/bin/env bash
# What the kiosk costs on emulated hardware, as tables; exit status 1 where a figure has grown past what is held.
set -euo pipefail
cd "$(dirname "$0")"
target=thumbv6m-none-eabi
if ! command -v llvm-symbolizer > /dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends llvm > /dev/null
fi
release=$(realpath -m "${CARGO_TARGET_DIR:-target}")/$target/release

# Builds the kiosk and keeps its image under another name, since the next build takes its place.
keep() { # NAME [OPTION..]
    cargo build --release --locked --quiet --target "$target" "${@:2}"
    cp "$release/kiosk" "$release/$1"
}

keep kiosk-plain --no-default-features --features plain
keep kiosk-p256 --no-default-features
keep kiosk-p384
cargo build --locked --quiet --manifest-path ../../../Cargo.toml -p thrads-sandbox --target-dir ../../../target
python3 -B host/figures.py "$PWD/../../../target/debug/sandbox" "$release/kiosk-p384" \
    "TLS with P-256 and P-384=$release/kiosk-p384" "TLS with P-256=$release/kiosk-p256" "no TLS=$release/kiosk-plain"
