import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../errors';
import { timed, type VerbOptions } from '../events';
import type { Project } from '../project/project';
import { withState } from '../project/state/open-state';
import { listBackups, restoreBackup } from '../project/working-copy/backups';
import { requireBase } from './comparing/compare';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';

/** Options of `restore`. */
export interface RestoreOptions extends VerbOptions {
  /** The backup's file name or path. Default is the latest backup. */
  readonly backup?: string;
  /** The file to write; it must not exist. Default is `restored.db` beside the working copy. */
  readonly to?: string;
}

/** Result of `restore`. */
export interface RestoreResult extends VerbResult {
  /** The database was written. */
  readonly outcome: 'restored';
  /** The name of the backup. */
  readonly backup: string;
  /** The written database. */
  readonly file: string;
}

/**
 * Makes a database from a backup of a pull or an undo: the working copy as it was before. Changes nothing else.
 * Throws BACKUP_UNUSABLE, BASE_MISSING, FILE_INACCESSIBLE, DISK_FULL and STATE_LOCKED.
 *
 * @example
 * ```ts
 * import { loadProject, restore } from 'turso-core';
 *
 * const { file } = await restore(await loadProject());
 * ```
 */
export const restore = verb<[options?: RestoreOptions], RestoreResult>('restore', restoreWith);

async function restoreWith(project: Project, options: RestoreOptions): Promise<Own<RestoreResult>> {
  // Only for a better message: without a base, there is no folder to lock.
  requireBase(project);
  return withState(project, 'restore', () => restoreLocked(project, options));
}

async function restoreLocked(
  project: Project,
  { backup, to, onEvent }: RestoreOptions,
): Promise<Own<RestoreResult>> {
  const all = listBackups(project);
  const name = backup === undefined ? all[0] : all.find((known) => known === path.basename(backup));
  if (name === undefined)
    throw new TursoSyncError(
      'BACKUP_UNUSABLE',
      `There is no ${backup ?? 'backup'} in ${project.files.backups}.`,
      {
        hint: all.length === 0 ? 'A pull or an undo makes one.' : `There are: ${all.join(', ')}.`,
      },
    );
  const file = to ?? path.join(path.dirname(project.workingCopy), 'restored.db');
  if (fs.existsSync(file))
    throw new TursoSyncError('FILE_INACCESSIBLE', `${file} already exists.`, {
      hint: 'Name another file with --output, or move that one away.',
    });
  await timed(onEvent, 'restore the backup', (onBytes) =>
    restoreBackup(project, { backup: name, to: file, onBytes }),
  );
  return { outcome: 'restored', backup: name, file };
}
