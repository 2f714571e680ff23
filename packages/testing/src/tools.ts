import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** A program that some tests need and that may be absent. */
export type Tool =
  | 'sqld'
  | 'sqlite3'
  | 'cargo'
  | 'cargo-clippy'
  | 'dune'
  | 'odoc'
  | 'gcc'
  | 'valgrind'
  | 'chromium'
  | 'bwrap'
  | 'ocaml-5'
  | OcamlLibrary;

/** A library for OCaml, as findlib knows it. */
export type OcamlLibrary = 'ocaml:alcotest' | 'ocaml:sqlite3' | 'ocaml:lwt';

/** What `.ci/make-ocaml-5` has unpacked. */
const OCAML_5 = join(__dirname, '../../../.nx/ocaml-5/root');

/**
 * Tells whether a tool is there, so that the tests that need it can be skipped where it is not.
 *
 * @throws Error when the tool is absent and the environment variable TURSO_SYNC_REQUIRE_TOOLS is `1`,
 * as it is in CI, where a skipped test would go unnoticed. TURSO_SYNC_WITHOUT names one that CI does without.
 *
 * @example
 * const describeWithSqld = requireTool('sqld') ? describe : describe.skip;
 */
export function requireTool(name: Tool): boolean {
  const found = isThere(name);
  const { TURSO_SYNC_REQUIRE_TOOLS: required, TURSO_SYNC_WITHOUT: without } = process.env;
  if (!found && required === '1' && without !== name) {
    throw new Error(`${name} is not installed, and TURSO_SYNC_REQUIRE_TOOLS=1 asks for it`);
  }
  return found;
}

function isThere(name: Tool): boolean {
  if (name === 'sqld') return sqldPath() !== undefined;
  if (name === 'ocaml-5') return existsSync(OCAML_5);
  return name.startsWith('ocaml:') ? hasLibrary(name.slice(6)) : pathOf(name) !== undefined;
}

/** The path of the libsql-server binary from the optional package for this platform, if it is installed. */
export function sqldPath(): string | undefined {
  try {
    const manifest = require.resolve(`@sqld/${process.platform}-${process.arch}/package.json`);
    return executable(join(dirname(manifest), 'sqld'));
  } catch {
    return undefined;
  }
}

/** The path of the stock `sqlite3` shell, if there is one on the PATH. */
export function sqlite3Path(): string | undefined {
  return pathOf('sqlite3');
}

/** The path of the browser that tests use, if there is one on the PATH. */
export function chromiumPath(): string | undefined {
  return pathOf('chromium');
}

function pathOf(name: string): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const dir of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = executable(join(dir, file));
    if (path !== undefined) return path;
  }
  return undefined;
}

function hasLibrary(name: string): boolean {
  return spawnSync('ocamlfind', ['query', name]).status === 0;
}

function executable(path: string): string | undefined {
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}
