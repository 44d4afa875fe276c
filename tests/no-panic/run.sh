#!/bin/sh
# Proves that nothing public in thrads-core can panic: links the image of src/main.rs, whose panic handler is missing.
#
#   run.sh          the image links, and does not link with a planted index: exit 0
#   run.sh --break  links with the planted index, so it fails and names it: exit 1
#
# Exit 1: something can panic; its lines are named. Exit 2: the test itself could not be run.
set -eu
cd "$(dirname "$0")"

target=thumbv6m-none-eabi
symbol='undefined symbol: this_image_can_panic'
build=$(mktemp)
trap 'rm -f "$build"' EXIT

main() {
    install
    case "${1-}" in
        "") must_link && must_break ;;
        --break) must_link --features break ;;
        *) echo "usage: run.sh [--break]" >&2; exit 2 ;;
    esac
}

install() {
    rustup target list --installed | grep -qx "$target" || rustup target add "$target"
    rustup component list --installed | grep -q '^llvm-tools' || rustup component add llvm-tools
}

must_link() {
    echo "no-panic: linking for $target ${*:+($*)}"
    if link "$@"; then
        echo "no-panic: it links, nothing can panic"
        return
    fi
    for_lack_of_a_handler
    echo "no-panic: it does not link, and these can panic:"
    culprits "$@"
    exit 1
}

must_break() {
    echo "no-panic: linking with a planted index"
    if link --features break; then
        echo "no-panic: the planted index was not found, so this test proves nothing" >&2
        exit 1
    fi
    for_lack_of_a_handler
    echo "no-panic: it does not link, as it must not"
}

link() {
    cargo build --release --locked "$@" 2>"$build"
}

for_lack_of_a_handler() {
    if ! grep -q "$symbol" "$build"; then
        cat "$build" >&2
        exit 2
    fi
}

culprits() {
    link "$@" --features handler || { cat "$build" >&2; exit 2; }
    tools=$(rustc --print target-libdir)/../bin
    python3 culprits.py "$tools/llvm-objdump" "${CARGO_TARGET_DIR:-target}/$target/release/no-panic"
}

main "$@"
