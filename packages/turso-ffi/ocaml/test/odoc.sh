#!/bin/sh
# Builds the reference of the OCaml libraries with odoc. Fails if odoc warns, or if a page that readers see names a private module.
set -eu
cd "$(dirname "$0")/../.."
build=${DUNE_BUILD_DIR:-_build}

# dune does not repeat the warnings of pages that it has.
rm -rf "$build/default/_doc"
[ ! -d "$build" ] || find "$build/default/ocaml" -name '*.odoc' -exec rm -f {} +
# With CI set, dune writes the command before each warning.
log=$(env -u CI dune build --root . --profile release @doc 2>&1) || {
  echo "$log" >&2
  exit 1
}

# dune 2.9 does not show odoc the pages of other packages.
others="File \"[^\"]*\":\fWarning: Couldn't find the following modules:\f *\([A-SU-Z][A-Za-z_]* *\)*\f"
warnings=$(echo "$log" | tr '\n' '\f' | sed "s/$others//g" | tr '\f' '\n')
if [ -n "$warnings" ]; then
  echo "$warnings" >&2
  exit 1
fi

html=$build/default/_doc/_html
for page in turso/Turso/Connection turso/Turso_integration turso-lwt/Turso_lwt/Connection; do
  [ -f "$html/$page/index.html" ] || {
    echo "odoc made no page $page." >&2
    exit 1
  }
done
# The pages of private modules have __ in their own names; no other page leads there.
found=$(find "$html" -name '*.html' ! -path '*__*' -exec grep -lE '[A-Z][a-z_]*__[A-Za-z]' {} + || true)
if [ -n "$found" ]; then
  echo "These pages name private modules: $found" >&2
  exit 1
fi
echo 'The reference of the OCaml libraries has no warning, and names no private module.'
