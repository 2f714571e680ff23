import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from 'turso-core/own-process';
import { hasPluginCode } from '../errors';
import { buildCrate, requireCrate } from './cargo';
import { buildWithDune } from './dune';
import { localize, type LocalizedLibrary } from './localize';
import type { BuildSettings } from './options';
import { withPrograms } from './programs';
import { requireToolchain } from './toolchain';
import { vendorPackage } from './vendor';

/** The result of a build, or the reason why there was none. */
export type BuildResult = Built | { readonly skipped: string };

interface Built {
  readonly library: LocalizedLibrary;
  /** Number of files in the folder of dune's installed files. Null if dune was left out. */
  readonly installedFiles: number | null;
}

/**
 * Builds a crate, makes the archive for OCaml to link, and lets dune build the rest. It passes on each line of cargo
 * and dune. Each of the two outputs is replaced as a whole, once it is made and checked. If the build is skipped, both
 * are removed, so nobody links those of other sources.
 */
export async function build(settings: BuildSettings, onLine: (line: string) => void): Promise<BuildResult> {
  if (process.platform === 'win32')
    throw new TursoSyncError('USAGE', 'ffi-build does not run on Windows.', {
      hint: 'Run it in WSL, where the tools of Linux are.',
    });
  const { project, crate, vendor, symbols, localized: folder } = settings;
  if (vendor !== null) vendorPackage(vendor, project, crate);
  requireCrate(settings);
  return withPrograms(settings.environment, async (programs) => {
    const tools = await requireToolchain(programs, settings).catch((error: unknown) => skip(error, settings));
    if ('skipped' in tools) return tools;
    const library = await localize(programs, tools, {
      library: await buildCrate(programs, settings, onLine),
      crate,
      symbols,
      folder,
    });
    const installedFiles = settings.cargoOnly ? null : await buildWithDune(programs, settings, onLine);
    return { library, installedFiles };
  });
}

function skip(
  error: unknown,
  { whenMissing, localized, installed }: BuildSettings,
): { readonly skipped: string } {
  if (whenMissing === 'fail' || !hasPluginCode(error, 'TOOLCHAIN_MISSING', 'TOOLCHAIN_TOO_OLD')) throw error;
  for (const folder of [localized, installed]) fs.rmSync(folder, { recursive: true, force: true });
  return { skipped: error.message.replace(/\n\s*/g, ' ') };
}

/** Describes the result of a build in words. */
export function buildText(result: BuildResult, { project, installed }: BuildSettings): string {
  if ('skipped' in result) return `Nothing was built: ${result.skipped}`;
  const { library, installedFiles } = result;
  const size = (fs.statSync(library.archive).size / 1e6).toFixed(1);
  const lines = [
    `${path.relative(project, library.archive)}: ${size} MB, ${library.symbols.length} functions`,
  ];
  if (installedFiles !== null && installedFiles > 0)
    lines.push(`${path.relative(project, installed)}: ${installedFiles} files`);
  return lines.join('\n');
}
