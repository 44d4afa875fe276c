#!/bin/sh
# Fuzzes every target for SECONDS, from the seeds, with AddressSanitizer: run.sh SECONDS
# What once crashed a target (regressions/) is run first.
# One line a target; the exit status is 1 after any crash, hang (5 s an input) or leak.
# Needs rustup and a C++ compiler; installs the rest. FUZZ_TOOLCHAIN names another nightly.
set -eu

seconds=${1:?usage: run.sh SECONDS}
cd "$(dirname "$0")"
toolchain=${FUZZ_TOOLCHAIN:-nightly}
rustup run "$toolchain" rustc --version >/dev/null 2>&1 ||
    rustup toolchain install "$toolchain" --profile minimal
cargo fuzz --version >/dev/null 2>&1 || cargo install cargo-fuzz --locked

fuzz() {
    command=$1
    shift
    cargo "+$toolchain" fuzz "$command" --fuzz-dir . "$@"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
status=0
fuzz build
for target in decode roundtrip session click_url differential redact; do
    case $target in
    decode | differential) dict=-dict=json.dict ;;
    click_url) dict=-dict=url.dict ;;
    *) dict= ;;
    esac
    mkdir -p "$work/$target" "artifacts/$target"
    regressions=$(ls -d "regressions/$target" 2>/dev/null || true)
    crashes=0
    fuzz run "$target" "$work/$target" "seeds/$target" $regressions -- -max_total_time="$seconds" $dict \
        -timeout=5 -detect_leaks=1 -print_final_stats=1 >"$work/log" 2>&1 || crashes=1
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
    echo "$target: executions=${executions:-0} crashes=$crashes"
    if [ "$crashes" -ne 0 ]; then
        status=1
        tail -n 60 "$work/log" >&2
    fi
done
exit $status
