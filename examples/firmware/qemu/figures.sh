#!/usr/bin/env bash
# What the kiosk costs on emulated hardware, as tables; exit status 1 where a figure has grown past what is held.
set -euo pipefail
cd "$(dirname "$0")"
target=thumbv6m-none-eabi
cargo build --release --locked --quiet --target "$target"
cargo build --locked --quiet --manifest-path ../../../Cargo.toml -p thrads-sandbox --target-dir ../../../target
python3 -B host/figures.py "$PWD/../../../target/debug/sandbox" "$(realpath -m "${CARGO_TARGET_DIR:-target}")/$target/release/kiosk"
