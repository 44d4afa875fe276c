# Sourced: what mbedtls is built with, from Debian's packages where they are not there yet.
if ! command -v cmake > /dev/null || ! command -v clang > /dev/null; then
    command -v apt-get > /dev/null || { echo "mbedtls is built with cmake, clang and libclang: install them" >&2; exit 1; }
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get -qq update
    $as_root apt-get -qq install -y --no-install-recommends cmake clang libclang-dev make > /dev/null
fi
