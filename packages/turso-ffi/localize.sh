#!/bin/sh
# Makes an archive out of cargo's with the functions of a C interface and nothing else. Cargo's own also offers all bundled
# code, such as a whole SQLite. A program would silently use that in place of its own.
#
#     localize.sh ARCHIVE PREFIX FOLDER
#
# ARCHIVE is cargo's, such as target/release/libturso_ocaml_ffi.a. The functions' names begin with PREFIX, such as turso_.
# FOLDER receives an archive of the same name, and dll*.so, the same for OCaml's bytecode. The variables CC, LD, OBJCOPY, AR
# and NM name other programs. turso-sync-plugin and turso-ffi have the same copy of this script.
set -eu

archive=$1 prefix=$2 folder=$3
name=$(basename "$archive" .a)
name=${name#lib}
object=$folder/$name.o

fail() {
  echo "$1" >&2
  exit 1
}

# The names that an archive offers to a linker. In nm's POSIX format, `name T value size` is a symbol. macOS puts an
# underscore before each. nm says of each empty part that it has no symbols.
visible() {
  list=$(${NM:-nm} --extern-only --defined-only --format=posix "$1" 2>"$folder/nm.log") || fail "$(cat "$folder/nm.log")"
  rm "$folder/nm.log"
  if [ "$(uname)" = Darwin ]; then mac=_; else mac=; fi
  echo "$list" | sed -n "s/^$mac\([^ ]*\) [A-TV-Za-z] .*/\1/p" | LC_ALL=C sort -u
}

all=$(visible "$archive")
kept=$(echo "$all" | grep "^$prefix" || true)
[ -n "$kept" ] || fail "$archive has no function whose name begins with \"$prefix\"."

if [ "$(uname)" = Darwin ]; then
  # Written by the manual of Apple's ld, and never run. Only the check of the result makes it reliable.
  roots=$(for function in $kept; do printf ' -Wl,-u,_%s -Wl,-exported_symbol,_%s' "$function" "$function"; done)
  ${CC:-cc} -r -nostdlib $roots -o "$object" "$archive"
  libraries='-framework Security -framework CoreFoundation -lc -lm'
else
  roots=$(for function in $kept; do printf ' -u %s' "$function"; done)
  # Other linkers do not collect garbage from a relocatable file.
  ${LD:-ld.bfd} -r --gc-sections $roots -o "$object" "$archive"
  # Rust's own libraries carry bitcode of LLVM too. If GNU's tools have a plugin of LLVM, it takes the joined bitcode for a
  # program of its own. It breaks off with "LLVM ERROR: Invalid encoding", and ar leaves a file of 8 bytes.
  ${OBJCOPY:-objcopy} --wildcard "--keep-global-symbol=$prefix*" --remove-section=.llvmbc --remove-section=.llvmcmd "$object"
  libraries='-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc'
fi
rm -f "$folder/lib$name.a"
${AR:-ar} rcs "$folder/lib$name.a" "$object"
${CC:-cc} -shared -o "$folder/dll$name.so" "$object" $libraries
rm "$object"

# All of the work was done by foreign tools.
made=$(visible "$folder/lib$name.a")
[ "$made" = "$kept" ] || fail "The archive offers other functions than it should: $(echo $made | cut -c 1-200)"
