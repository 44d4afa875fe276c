#!/bin/sh
# Prints the flash that a card takes on thumbv6m, over an image without one, with and without the glyphs of Unifont.
set -eu
cd "$(dirname "$0")"

target=thumbv6m-none-eabi

main() {
    rustup target list --installed | grep -qx "$target" || rustup target add "$target"
    measure 'Latin fonts'
    measure 'and Unifont' --features unifont
}

measure() {
    name=$1
    shift
    cargo build --release --locked --quiet --target "$target" "$@"
    printf '%s: %s bytes\n' "$name" "$(($(flash card) - $(flash base)))"
}

# Bytes of the parts of an image that are kept in flash.
flash() {
    python3 - "target/$target/release/$1" <<'PYTHON'
import struct, sys
image = open(sys.argv[1], "rb").read()
at, size, count = struct.unpack_from("<I", image, 32)[0], *struct.unpack_from("<HH", image, 46)
parts = (struct.unpack_from("<IIIIII", image, at + size * part) for part in range(count))
print(sum(part[5] for part in parts if part[1] == 1 and part[2] & 2))
PYTHON
}

main
