#!/usr/bin/env bash
# TLS by mbedtls on the host: chains of every kind, good and bad, against servers by rustls. Keys of RSA come from openssl.
set -euo pipefail
cd "$(dirname "$0")"
. ./install.sh
cargo clippy --quiet --locked --all-targets -- -D warnings
cargo test --quiet --locked
