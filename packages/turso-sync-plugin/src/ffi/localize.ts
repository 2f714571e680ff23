import fs from 'node:fs';
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

/** The system libraries of a Rust library, for the shared library. */
const SYSTEM_LIBRARIES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['-lgcc_s', '-lutil', '-lrt', '-lpthread', '-lm', '-ldl', '-lc'],
  darwin: ['-framework', 'Security', '-framework', 'CoreFoundation', '-lc', '-lm'],
};

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

  const names = { archive: `lib${library.name}.a`, shared: `dll${library.name}.so` };
  await replaceFolder(folder, async (draft) => {
    const made = async (...command: readonly string[]): Promise<void> => {
      const { isSuccess, how, stderr } = await programs.run(command, { cwd: draft });
      if (!isSuccess) throw invalid(`${command[0] ?? ''} ${how}: ${stderr.trim()}`);
    };
    const object = `${library.name}.o`;
    if (process.platform === 'darwin') await joinOnMac(made, tools, library.archive, object, kept);
    else await join(made, tools, library.archive, object, kept, prefix);
    await made(...tools.ar, 'rcs', names.archive, object);
    const needed = SYSTEM_LIBRARIES[process.platform] ?? [];
    await made(...tools.cc, '-shared', '-o', names.shared, object, ...needed);
    fs.rmSync(path.join(draft, object));
    await requireOnly(programs, tools.nm, path.join(draft, names.archive), kept);
  });
  return {
    archive: path.join(folder, names.archive),
    shared: path.join(folder, names.shared),
    symbols: kept,
  };
}

type Make = (...command: readonly string[]) => Promise<void>;

async function join(
  made: Make,
  { ld, objcopy }: Binutils,
  archive: string,
  object: string,
  kept: readonly string[],
  prefix: string,
): Promise<void> {
  const roots = kept.flatMap((name) => ['-u', name]);
  await made(...ld, '-r', '--gc-sections', ...roots, '-o', object, archive);
  // Rust's own libraries carry bitcode of LLVM too. If GNU's tools have a plugin of LLVM, it takes the joined bitcode
  // for a program of its own. It breaks off with "LLVM ERROR: Invalid encoding", and ar leaves a file of 8 bytes.
  const bitcode = ['.llvmbc', '.llvmcmd'].map((section) => `--remove-section=${section}`);
  await made(...objcopy, '--wildcard', `--keep-global-symbol=${prefix}*`, ...bitcode, object);
}

// Written by the manual of Apple's ld, and never run. Only the check of the result makes it reliable.
async function joinOnMac(
  made: Make,
  { cc }: Binutils,
  archive: string,
  object: string,
  kept: readonly string[],
): Promise<void> {
  const roots = kept.flatMap((name) => [`-Wl,-u,_${name}`, `-Wl,-exported_symbol,_${name}`]);
  await made(...cc, '-r', '-nostdlib', ...roots, '-o', object, archive);
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

/** Checks the result, since all of the work was done by foreign tools. */
async function requireOnly(
  programs: Programs,
  nm: readonly string[],
  archive: string,
  kept: readonly string[],
): Promise<void> {
  const visible = await visibleSymbols(programs, nm, archive);
  const missing = kept.filter((name) => !visible.has(name));
  if (missing.length > 0)
    throw invalid(`The archive lacks ${few(missing)} (it has ${fs.statSync(archive).size} bytes)`);
  const leaked = [...visible].filter((name) => !kept.includes(name));
  if (leaked.length > 0) throw invalid(`The archive lets ${few(leaked)} be seen`);
}

function few(names: readonly string[]): string {
  const rest = names.length - 5;
  return names.slice(0, 5).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function invalid(message: string, hints: readonly string[] = []): TursoSyncError {
  const [hint = 'Update gcc and binutils, or name others by the variables CC, LD, OBJCOPY, AR and NM.'] =
    hints;
  return pluginError('ARCHIVE_INVALID', `${message}.`, { hint });
}
