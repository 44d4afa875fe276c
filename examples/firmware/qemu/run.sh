#!/usr/bin/env bash
# The kiosk on emulated hardware: builds it for thumbv6m, starts a sandbox that speaks TLS with throw-away keys, lets the
# kiosk hold its conversation in QEMU, and prints what both have counted. Then the codes in the pictures that it drew are followed,
# another kiosk loses its power while a report waits, and a person asks a sponsored question and answers a poll. The pictures
# stay in the main workspace's target/firmware. The exit status is the firmware's, or 1 where the two do not agree, a code leads
# nowhere or a report is lost.
set -euo pipefail
cd "$(dirname "$0")"
host=$PWD/host
. host/emulate.sh

target=thumbv6m-none-eabi
dir=$(mktemp -d)
sandbox=
trap '[ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null; rm -rf "$dir"' EXIT

main() {
    install
    say "building the kiosk for $target, and the sandbox"
    cargo build --release --locked --quiet --target "$target"
    cargo build --locked --quiet --manifest-path ../../../Cargo.toml -p thrads-sandbox --target-dir ../../../target
    cargo build --locked --quiet --manifest-path ../../../Cargo.toml -p kiosk-display --example scan --target-dir ../../../target
    image=$(realpath -m "${CARGO_TARGET_DIR:-target}")/$target/release/kiosk

    ../../../target/debug/sandbox --port 0 --direct --tls "$dir/anchor.der" --tls-host 10.0.2.100 > "$dir/sandbox.log" &
    sandbox=$!
    port=$(port_of "$dir/sandbox.log")
    printf 'sandbox-production' > "$dir/key"
    cat > "$dir/settings.json" <<'JSON'
{"user_agent":"kiosk/1.0","environment":"production","family":"ssp",
 "policy":{"enforcement":"device","offset":3,"frequency":5},"base_url":"https://10.0.2.100"}
JSON
    say "the conversation"
    status=0
    emulate "$dir" "$port" "$image" > "$dir/kiosk.log" || status=$?
    cat "$dir/kiosk.log"
    say "what both have counted"
    python3 host/compare.py "$dir/kiosk.log" "$dir/anchor.der" "$port" || status=$((status ? status : 1))
    say "what a telephone makes of the pictures"
    mkdir -p ../../../target/firmware && cp "$dir"/screen-*.pbm ../../../target/firmware
    python3 -B host/codes.py ../../../target/debug/examples/scan "$dir/anchor.der" "$port" \
        "$(sed -n 's/^served //p' "$dir/kiosk.log")" "$dir"/screen-*.pbm || status=$((status ? status : 1))
    say "a power cut"
    python3 -B host/power.py ../../../target/debug/sandbox "$image" || status=$((status ? status : 1))
    say "a tap and a vote: this kiosk and the platform"
    python3 -B host/engage.py ../../../target/debug/sandbox "$image" || status=$((status ? status : 1))
    exit "$status"
}

install() {
    rustup target list --installed | grep -qx "$target" || rustup target add "$target"
    command -v qemu-system-arm > /dev/null && return
    say "installing qemu-system-arm"
    apt-get update -qq && apt-get install -y -qq --no-install-recommends qemu-system-arm
}

say() { printf '\n-- %s\n' "$*"; }

main "$@"
