#!/bin/sh
# Builds the images for three targets, runs the calls of `stack/` under QEMU, prints what all of it takes, and fails where
# that is more than it may be.
#
#   run.sh          by budgets.txt, what the core has to get to
#   run.sh --held   by held.txt, what it has got to: no figure grows
#
# Exit 1: a figure is over its limit. Exit 2: the figures could not be taken.
set -eu
cd "$(dirname "$0")"

first=thumbv6m-none-eabi
targets="$first thumbv7em-none-eabihf riscv32imc-unknown-none-elf"
target_dir=${CARGO_TARGET_DIR:-target}
stack=$(mktemp)
trap 'rm -f "$stack"' EXIT

main() {
    case "${1-}" in
        "") limits=budgets.txt ;;
        --held) limits=held.txt ;;
        *) echo "usage: run.sh [--held]" >&2; exit 2 ;;
    esac
    install
    for target in $targets; do
        say "building the images for $target"
        cargo build --release --locked --quiet -p footprint --target "$target" || exit 2
    done
    run_under_qemu
    echo
    python3 report.py "$limits" "$stack" "$target_dir" $targets
    say "within $limits"
}

install() {
    for target in $targets; do
        rustup target list --installed | grep -qx "$target" || rustup target add "$target"
    done
    command -v qemu-system-arm >/dev/null && return
    say "installing qemu-system-arm"
    as_root apt-get -qq update
    as_root apt-get -qq install -y --no-install-recommends qemu-system-arm >/dev/null
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

run_under_qemu() {
    say "measuring stacks under QEMU"
    cargo build --release --locked --quiet -p footprint-stack --target "$first" || exit 2
    if ! timeout 60 qemu-system-arm -M mps2-an385 -display none -serial none -monitor none \
        -semihosting-config enable=on,target=native -kernel "$target_dir/$first/release/stack" >"$stack"; then
        cat "$stack" >&2
        say "the image did not run to its end"
        exit 2
    fi
}

say() {
    echo "footprint: $*" >&2
}

main "$@"
