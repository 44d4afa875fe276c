#!/bin/sh
# The core as a device compiles it, under the tests that run here.
#
# Where there is no operating system the core does some things in less flash: it reads names, escapes and UTF-8 another way, and counts
# bodies by writing them. Those ways are chosen by `target_os = "none"`. This makes that true of this machine, in a copy of
# the workspace, and runs the core's unit tests and all of the corpora over it. How long a body may be stays as it is here,
# since tests ask for it; the images of tests/footprint/stack and the firmware run with a device's own.
set -eu
cd "$(dirname "$0")/../.."
copy=target/device

rm -rf "$copy"
mkdir -p "$copy"
tar --exclude=target --exclude=node_modules -cf - Cargo.* README.md thrads-* examples tests | tar -xf - -C "$copy"
cd "$copy"

files=$(grep -rl 'target_os = "none"' thrads-core/src | grep -v '/json/value.rs$')
places=$(cat $files | grep -c 'target_os = "none"')
if [ "$places" -lt 40 ]; then
    echo "device: only $places places are a device's: are they chosen by another name now?" >&2
    exit 1
fi
sed -i 's/target_os = "none"/all()/g' $files
echo "device: $places places as a device has them" >&2

# Not where the workspace itself is built: to cargo the two would be one.
export CARGO_TARGET_DIR="$PWD/../device-build"
cargo test -q -p thrads-core --lib
cargo test -q -p thrads-tests --test conformance --test damage --test protocol --test redaction \
    --test creatives --test consent --test no_allocation
