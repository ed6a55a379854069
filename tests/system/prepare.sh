# SPDX-License-Identifier: Apache-2.0
#
# What ./check and ./demo share: install what is missing, make `configure`,
# build one tree. Sourced by bash with `top` set to the source directory.

# The programs and libraries of debian/control; apt is asked only if
# something is missing.
install_packages() {
    if command -v dpkg-checkbuilddeps >/dev/null 2>&1 &&
        dpkg-checkbuilddeps "$top/debian/control" >/dev/null 2>&1; then
        return 0
    fi
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "The packages of debian/control are needed; this is no Debian."
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        echo "Packages are missing. As root:"
        echo "    apt-get update && apt-get build-dep ./"
        dpkg-checkbuilddeps "$top/debian/control" 2>&1
        return 1
    fi
    (cd "$top" && export DEBIAN_FRONTEND=noninteractive &&
        apt-get update -q &&
        apt-get build-dep -q -y --no-install-recommends ./) </dev/null
}

# `configure` from configure.ac, when it is missing or older.
bootstrap() {
    if [ -x "$top/configure" ] &&
        [ -z "$(find "$top/configure.ac" "$top/m4" "$top/Makefile.am" \
            -newer "$top/configure" \( -name '*.ac' -o -name '*.am' \
            -o -name 'cog_*.m4' \) 2>/dev/null)" ]; then
        return 0
    fi
    (cd "$top" && autoreconf -fi)
}

# Where a Debian package would put things; the system tests install so.
debian_directories() {
    echo --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
        --runstatedir=/run --libdir="/usr/lib/$(gcc -print-multiarch)"
}

# build_tree DIR CONFIGURE-ARGUMENTS...: configure if that was not done with
# these arguments, then make.
build_tree() {
    local dir=$1
    shift
    mkdir -p "$dir" || return 1
    if [ ! -f "$dir/Makefile" ] ||
        [ "$(cat "$dir/.configured" 2>/dev/null)" != "$*" ]; then
        (cd "$dir" && "$top/configure" "$@") || return 1
        echo "$*" >"$dir/.configured"
    fi
    make -C "$dir" -j"$(nproc)"
}
