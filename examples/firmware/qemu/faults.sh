#!/usr/bin/env bash
# The kiosk on emulated hardware under faults: wrong certificates, hostile records, broken connections, a platform that fails.
# Prints a table; every row is refused or survived, and every conversation is held to its end, or the exit status is 1.
#
#   faults.sh [WORD..]   only rows with such a word in their name
set -euo pipefail
cd "$(dirname "$0")"
target=thumbv6m-none-eabi
cargo build --release --locked --quiet --target "$target"
cargo build --locked --quiet --manifest-path ../../../Cargo.toml -p thrads-sandbox --target-dir ../../../target
cargo build --locked --quiet --manifest-path ../../../Cargo.toml -p thrads-examples --bin chat-server --target-dir ../../../target
programs=$PWD/../../../target/debug
python3 -B host/faults.py "$programs/sandbox" "$programs/chat-server" "$(realpath -m "${CARGO_TARGET_DIR:-target}")/$target/release/kiosk" "$@"
if [ $# -eq 0 ]; then
    # What only a server can send that holds the keys: a second certificate, a key update, plaintexts that are damaged.
    echo "behind the handshake, by a host program that holds its keys:"
    THRADS_FUZZ_SECONDS=${THRADS_FUZZ_SECONDS:-60} cargo test --quiet --locked --manifest-path ../../../Cargo.toml \
        --target-dir ../../../target -p thrads-embassy --test host -- tls::hostile
fi
