import path from 'node:path';
import type { TursoSyncError } from 'turso-core/own-process';
import { pluginError } from '../errors';
import type { BuiltLibrary } from './cargo';
import type { Programs } from './programs';
import { replaceFolder } from './replace-folder';
import { declaredFunctions, visibleSymbols } from './symbols';
import type { Binutils } from './toolchain';

/** The library for an archive of its own. */
export interface Localizing {
  readonly library: BuiltLibrary;
  readonly crate: string;
  /** The prefix of the names that stay visible. Null stands for the library's name, up to its first `_`. */
  readonly symbols: string | null;
  /** The folder for the results. It is replaced as a whole. */
  readonly folder: string;
}

/** The archive for others to link. */
export interface LocalizedLibrary {
  readonly archive: string;
  /** The same for OCaml's bytecode. */
  readonly shared: string;
  readonly symbols: readonly string[];
}

/** The script that does the work. It needs neither Node nor Nx, and `turso-ffi` has a copy for dune. */
export const SCRIPT = path.join(__dirname, '../../localize.sh');

/**
 * Makes an archive out of cargo's with the functions of the C interface and nothing else. Cargo's own also offers all
 * bundled code, such as a whole SQLite. A program would silently use that in place of its own. Throws ARCHIVE_INVALID.
 */
export async function localize(
  programs: Programs,
  tools: Binutils,
  { library, crate, symbols, folder }: Localizing,
): Promise<LocalizedLibrary> {
  const prefix = symbols ?? /^[^_]*_?/.exec(library.name)?.[0] ?? library.name;
  const kept = [...(await visibleSymbols(programs, tools.nm, library.archive))]
    .filter((name) => name.startsWith(prefix))
    .sort();
  requireFunctions(kept, declaredFunctions(crate, prefix), prefix, library.archive);
  await replaceFolder(folder, async (draft) => {
    const command = ['sh', SCRIPT, library.archive, prefix, draft];
    const { isSuccess, how, stderr } = await programs.run(command, { cwd: draft });
    if (!isSuccess) throw invalid(`The script that makes the archive ${how}: ${stderr.trim()}`);
  });
  return {
    archive: path.join(folder, `lib${library.name}.a`),
    shared: path.join(folder, `dll${library.name}.so`),
    symbols: kept,
  };
}

function requireFunctions(
  kept: readonly string[],
  declared: readonly string[],
  prefix: string,
  archive: string,
): void {
  if (kept.length === 0)
    throw invalid(`${archive} has no function whose name begins with "${prefix}"`, [
      'Functions need #[no_mangle] and extern "C". Where their names begin otherwise, say so by the option "symbols".',
    ]);
  const missing = declared.filter((name) => !kept.includes(name));
  if (missing.length > 0)
    throw invalid(`${archive} lacks what the headers in include/ declare: ${missing.join(', ')}`, [
      'Write them in Rust, with #[no_mangle] and extern "C", or take them out of the header.',
    ]);
}

function invalid(message: string, hints: readonly string[] = []): TursoSyncError {
  const [hint = 'Update gcc and binutils, or name others by the variables CC, LD, OBJCOPY, AR and NM.'] =
    hints;
  return pluginError('ARCHIVE_INVALID', `${message}.`, { hint });
}
