// Each place that has the version of the three packages. A release writes all of them.

const PACKAGES = ['turso-core', 'turso-sync-plugin', 'turso-ffi'];

/** The version in a text: what stands between the two groups of the pattern. */
const places = [
  ...PACKAGES.map((name) => place(`packages/${name}/package.json`, /^( {2}"version": ")[^"]*(")/m)),
  place('packages/turso-sync-plugin/package.json', /^( {4}"turso-core": ")[^"]*(")/m),
  ...PACKAGES.map((name) =>
    place(
      'package-lock.json',
      new RegExp(`("packages/${name}": \\{\\s+(?:"name"[^,]*,\\s+)?"version": ")[^"]*(")`),
    ),
  ),
  place(
    'package-lock.json',
    /("packages\/turso-sync-plugin": \{[^{]*"dependencies": \{[^}]*"turso-core": ")[^"]*(")/,
  ),
  place('packages/turso-ffi/Cargo.toml', /^(version = ")[^"]*(")/m),
  place('packages/turso-ffi/Cargo.lock', /(name = "turso-ocaml-ffi"\nversion = ")[^"]*(")/),
  place('packages/turso-ffi/dune-project', /^(\(version )[^)]*(\))/m),
  place('packages/turso-ffi/turso.opam', /^(version: ")[^"]*(")/m),
];

/** The heading above the entries that a release takes. It stays for the next one. */
const UNRELEASED = /^## Unreleased$/m;

/**
 * Gives the text of a file for a release.
 *
 * @throws if the file does not have the version where it should be, or the changelog lacks its heading
 */
function released(file, text, version, date) {
  if (file === 'CHANGELOG.md') return replaced(file, text, UNRELEASED, `$&\n\n## ${version} - ${date}`);
  return places
    .filter((each) => each.file === file)
    .reduce((now, { pattern }) => replaced(file, now, pattern, `$1${version}$2`), text);
}

function replaced(file, text, pattern, by) {
  if (!pattern.test(text)) throw new Error(`${file} has nothing that matches ${pattern}`);
  return text.replace(pattern, by);
}

function place(file, pattern) {
  return { file, pattern };
}

const files = [...new Set([...places.map((each) => each.file), 'CHANGELOG.md'])];

module.exports = { files, released };
