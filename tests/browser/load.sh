#!/usr/bin/env bash
# A thousand chats for a minute, or as many and as long as told: how long people wait, what it takes, what a SIGTERM loses.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build -q --release --bin chat-server --bin chat_load
# A connection takes a file on either side.
ulimit -Sn "$(ulimit -Hn)"
exec "${CARGO_TARGET_DIR:-target}/release/chat_load" "$@"
