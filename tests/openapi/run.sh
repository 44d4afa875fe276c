#!/usr/bin/env bash
# A second opinion on the sandbox: a client generated from its own /openapi.json (schemathesis, property-based) finds
# no answer outside the description and no 500. Takes how many cases to try an operation, 100 unless told.
set -euo pipefail
cd "$(dirname "$0")/../.."

cases=${1:-100}
config=$PWD/tests/openapi/schemathesis.toml
mkdir -p "${CARGO_TARGET_DIR:-target}/openapi"
target=$(realpath "${CARGO_TARGET_DIR:-target}")
venv=$target/openapi/venv

[ -x "$venv/bin/schemathesis" ] || {
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5
}
cargo build -q -p thrads-sandbox --bin sandbox

log=$target/openapi/sandbox.txt
"$target/debug/sandbox" --port 0 --direct --limit 1000000 > "$log" &
sandbox=$!
trap 'kill "$sandbox" 2> /dev/null || true' EXIT
base=
until [ -n "$base" ]; do
    kill -0 "$sandbox"
    sleep 0.1
    base=$(grep -o -m 1 'http://127\.0\.0\.1:[0-9]*' "$log" || true)
done

# Every choice follows from the description, so that a failure comes again. The time limit is for a hang.
cd "$target/openapi"
timeout 600 "$venv/bin/schemathesis" --config-file "$config" run "$base/openapi.json" --checks all \
    --phases examples,coverage,fuzzing,stateful --max-examples "$cases" --generation-deterministic \
    --header 'thrads-api-key: sandbox-staging' --header 'thrad-api-key: sandbox-staging' \
    --request-timeout 10 --warnings off --continue-on-failure --no-color
