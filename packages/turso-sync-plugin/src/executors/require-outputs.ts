import path from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { TursoSyncError } from 'turso-core/own-process';
import type { BuildSettings } from '../ffi/options';
import { declaredOutputs } from './declared-outputs';

/**
 * Refuses a cached build if Nx would not keep all its results. Nx would restore the build without them. This happens if
 * options in project.json move results without a change of the outputs. Throws USAGE.
 */
export function requireOutputs(settings: BuildSettings, context: ExecutorContext): void {
  const { target, targetName = '', projectName = '' } = context;
  if (target?.cache !== true) return;
  const declared = declaredOutputs({}, context);
  const isKept = (folder: string): boolean =>
    declared.some((output) => folder === output || folder.startsWith(output + path.sep));
  const missing = expectedOutputs(settings).filter((folder) => !isKept(folder));
  if (missing.length === 0) return;
  const lacking = missing.map((folder) => `"{projectRoot}/${relative(settings.project, folder)}"`);
  throw new TursoSyncError(
    'USAGE',
    `The target "${targetName}" of "${projectName}" is cached, but its outputs lack ${lacking.join(' and ')}.`,
    { hint: 'Add that to its outputs in project.json. Or set "cache": false for it.' },
  );
}

function expectedOutputs({ localized, installed, cargoOnly }: BuildSettings): string[] {
  return cargoOnly ? [localized] : [localized, installed];
}

function relative(from: string, to: string): string {
  return path.relative(from, to).split(path.sep).join('/');
}
