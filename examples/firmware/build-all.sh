#!/usr/bin/env bash
# Links the kiosk for each board and prints what the images take. CI has no boards: it links, and cannot flash.
set -euo pipefail
cd "$(dirname "$0")"

build() { # BOARD TARGET [FEATURE]
    rustup target list --installed | grep -qx "$2" || rustup target add "$2"
    (cd "$1" && cargo build --release --locked --quiet --target "$2" --features "${3-}")
    python3 sizes.py "$1${3:+ with $3}=$(cd "$1" && realpath -m "${CARGO_TARGET_DIR:-target}")/$2/release/kiosk"
}

[ -s rp2040/target/nvram.bin ] || python3 rp2040/nvram.py
build qemu thumbv6m-none-eabi
build rp2040 thumbv6m-none-eabi
build esp32c3 riscv32imc-unknown-none-elf
. ../../tests/mbedtls/install.sh
build esp32c3 riscv32imc-unknown-none-elf mbedtls
