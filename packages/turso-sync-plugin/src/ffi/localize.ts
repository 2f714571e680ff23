import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from 'turso-core/own-process';
import type { BuiltLibrary } from './cargo';
import type { Programs } from './programs';
import { replaceFolder } from './replace-folder';
import { declaredFunctions, visibleSymbols } from './symbols';
import type { Binutils } from './toolchain';

/** What is made into an archive of its own. */
export interface Localizing {
  readonly library: BuiltLibrary;
  readonly crate: string;
  /** How the names begin that stay visible; null: as the library's does, up to its first `_`. */
  readonly symbols: string | null;
  /** The folder that gets the results, and is replaced as a whole. */
  readonly folder: string;
}

/** The archive that others link. */
export interface LocalizedLibrary {
  readonly archive: string;
  /** The same for OCaml's bytecode. */
  readonly shared: string;
  readonly symbols: readonly string[];
}

/** What a Rust library needs of the system, for the shared library. */
const SYSTEM_LIBRARIES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['-lgcc_s', '-lutil', '-lrt', '-lpthread', '-lm', '-ldl', '-lc'],
  darwin: ['-framework', 'Security', '-framework', 'CoreFoundation', '-lc', '-lm'],
};

/**
 * Makes an archive out of cargo's that offers the functions of the C interface and nothing else. Cargo's own offers all that is
 * bundled too, such as a whole SQLite, which a program would use in place of its own one without a word.
 * Throws ARCHIVE_INVALID.
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
  // Rust's own libraries carry bitcode of LLVM too. Where GNU's tools have a plugin of LLVM, it takes what ld has joined of that
  // for a program of its own, and breaks off ("LLVM ERROR: Invalid encoding"), at which ar leaves a file of 8 bytes.
  const bitcode = ['.llvmbc', '.llvmcmd'].map((section) => `--remove-section=${section}`);
  await made(...objcopy, '--wildcard', `--keep-global-symbol=${prefix}*`, ...bitcode, object);
}

// By the manual of Apple's ld. It was never run: the check of the result is all that there is to rely on.
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

/** Looks at what was made, since all of it was done by the tools of others. */
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
  return new TursoSyncError('ARCHIVE_INVALID', `${message}.`, { hint });
}
