# Sourced: what mbedtls is built with.
for tool in cmake clang; do
    command -v "$tool" > /dev/null && continue
    apt-get -qq update
    apt-get -qq install -y --no-install-recommends cmake clang libclang-dev make > /dev/null
done
