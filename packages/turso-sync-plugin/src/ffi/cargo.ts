import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from 'turso-core/own-process';
import { pluginError } from '../errors';
import type { BuildSettings } from './options';
import type { Programs } from './programs';

/** The static library built by cargo. */
export interface BuiltLibrary {
  /** Its name without `lib` and ending, such as `turso_ocaml_ffi`. */
  readonly name: string;
  /** Cargo's own archive. */
  readonly archive: string;
}

interface CargoMessage {
  readonly reason: string;
  readonly manifest_path?: string;
  readonly target?: { readonly name: string; readonly kind: readonly string[] };
  readonly filenames?: readonly string[];
}

/** Checks that there is a crate at the given place. Throws USAGE. */
export function requireCrate({ crate, vendor }: BuildSettings): void {
  if (fs.existsSync(path.join(crate, 'Cargo.toml'))) return;
  throw new TursoSyncError('USAGE', `There is no Cargo.toml in ${crate}.`, {
    hint:
      vendor === null
        ? 'Say where the crate is by the option "crate", relative to the folder of the project.'
        : `The package ${vendor} does not hold a crate there.`,
  });
}

/**
 * Builds the crate, and passes on the lines that cargo prints about it. Throws BUILD_FAILED, and USAGE if the crate has
 * no static library.
 */
export async function buildCrate(
  programs: Programs,
  settings: BuildSettings,
  onLine: (line: string) => void,
): Promise<BuiltLibrary> {
  const { isSuccess, how, stdout } = await programs.run(['cargo', ...cargoArguments(settings)], {
    cwd: settings.crate,
    onLine,
  });
  if (!isSuccess)
    throw pluginError('BUILD_FAILED', `cargo build ${how}.`, {
      hint: settings.offline
        ? 'See what cargo says above. With "offline", all crates must have been downloaded before: run `cargo fetch`.'
        : 'See what cargo says above.',
    });
  return findLibrary(stdout, settings);
}

function cargoArguments(settings: BuildSettings): string[] {
  const { profile, features, target, targetDir, offline } = settings;
  return [
    ...['build', '--lib', '--message-format=json-render-diagnostics'],
    ...(profile === 'release' ? ['--release'] : ['--profile', profile]),
    ...(features.length === 0 ? [] : ['--features', features.join(',')]),
    ...(target === null ? [] : ['--target', target]),
    ...(targetDir === null ? [] : ['--target-dir', targetDir]),
    ...(offline ? ['--offline'] : []),
  ];
}

function findLibrary(stdout: string, { crate }: BuildSettings): BuiltLibrary {
  const manifest = fs.realpathSync(path.join(crate, 'Cargo.toml'));
  const messages = stdout.split('\n').filter((line) => line.startsWith('{'));
  for (const line of messages) {
    const { manifest_path, target, filenames = [] } = JSON.parse(line) as CargoMessage;
    if (manifest_path === undefined || target === undefined || manifest_path !== manifest) continue;
    const archive = filenames.find((file) => file.endsWith('.a'));
    if (archive !== undefined && target.kind.includes('staticlib')) return { name: target.name, archive };
  }
  throw new TursoSyncError('USAGE', `The crate in ${crate} has no static library.`, {
    hint: 'Add "staticlib" to crate-type under [lib] in its Cargo.toml.',
  });
}
