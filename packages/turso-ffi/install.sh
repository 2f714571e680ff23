#!/bin/sh
# Installs the library for programs in C and in languages that call C: turso.h, the shared library, and a file for pkg-config.
#
#     ./install.sh [--prefix /usr/local] [--libdir PREFIX/lib] [--library FILE]
#
# FILE is the shared library; the default is the one that `cargo build --release --lib` makes here. If DESTDIR is set, it is put
# before all paths, for packages.
set -eu

fail() {
  echo "$1" >&2
  exit 2
}

package=$(cd "$(dirname "$0")" && pwd)
prefix=/usr/local libdir= library=
while [ $# -gt 0 ]; do
  case $1 in
  --prefix=* | --libdir=* | --library=*) option=${1%%=*} value=${1#*=} ;;
  --prefix | --libdir | --library)
    [ $# -gt 1 ] || fail "$1 needs a value."
    option=$1 value=$2
    shift
    ;;
  *) fail "install.sh does not know $1. Its options: --prefix, --libdir, --library." ;;
  esac
  shift
  case $option in
  --prefix) prefix=$value ;;
  --libdir) libdir=$value ;;
  --library) library=$value ;;
  esac
done
libdir=${libdir:-$prefix/lib}
for folder in "$prefix" "$libdir"; do
  case $folder in
  /*) ;;
  *) fail "$folder is not an absolute path. --prefix and --libdir need one." ;;
  esac
done

if [ "$(uname)" = Darwin ]; then name=libturso_ocaml_ffi.dylib; else name=libturso_ocaml_ffi.so; fi
library=${library:-${CARGO_TARGET_DIR:-$package/target}/release/$name}
[ -f "$library" ] || fail "There is no $library. Run this first: cargo build --release --lib"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$package/Cargo.toml")

root=${DESTDIR:-}
mkdir -p "$root$prefix/include" "$root$libdir/pkgconfig"
# A running program may have the old file open: a new file takes its place.
put() {
  cp "$1" "$2.new"
  chmod "$3" "$2.new"
  mv "$2.new" "$2"
}
put "$package/include/turso.h" "$root$prefix/include/turso.h" 644
put "$library" "$root$libdir/$name" 755
[ "$(uname)" != Darwin ] || install_name_tool -id "$libdir/$name" "$root$libdir/$name"
cat >"$root$libdir/pkgconfig/turso-ffi.pc" <<END
prefix=$prefix
libdir=$libdir
includedir=\${prefix}/include

Name: turso-ffi
Description: A live connection to a Turso (libSQL) database
Version: $version
Cflags: -I\${includedir}
Libs: -L\${libdir} -lturso_ocaml_ffi
END
chmod 644 "$root$libdir/pkgconfig/turso-ffi.pc"
