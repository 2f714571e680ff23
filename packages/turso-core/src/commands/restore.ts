import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../errors';
import type { OnEvent } from '../events';
import type { Project } from '../project/project';
import { withState } from '../project/state/open-state';
import { listBackups, restoreBackup } from '../project/working-copy/backups';
import { requireBase } from './comparing/compare';
import { verb } from './apart/verb';
import { reportRun, type Reported } from './reporting/report-run';

/** What `restore` may be told. */
export interface RestoreOptions {
  /** The backup's file name, or its path. Default is the latest. */
  readonly backup?: string;
  /** The file to write, which must not exist. Default is `restored.db` beside the working copy. */
  readonly to?: string;
  readonly onEvent?: OnEvent;
}

/** What `restore` answers. */
export interface RestoreResult {
  /** The name of the backup. */
  readonly backup: string;
  /** The database that was written. */
  readonly file: string;
}

/**
 * Makes a database of a backup that a pull or an undo has left: the working copy as it was before. Nothing else is touched. Throws
 * BACKUP_UNUSABLE, BASELINE_MISSING, FILE_INACCESSIBLE, DISK_FULL and STATE_LOCKED.
 *
 * @example
 * ```ts
 * import { loadProject, restore } from 'turso-core';
 *
 * const { file } = await restore(await loadProject());
 * ```
 */
export const restore = verb('restore', restoreHere);

async function restoreHere(project: Project, options: RestoreOptions = {}): Promise<Reported<RestoreResult>> {
  // For the message alone: whether there is a folder to lock.
  requireBase(project);
  return reportRun(project, options.onEvent, () =>
    withState(project, 'restore', () => Promise.resolve(restoreLocked(project, options))),
  );
}

function restoreLocked(project: Project, { backup, to }: RestoreOptions): RestoreResult {
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
    throw new TursoSyncError('FILE_INACCESSIBLE', `${file} is there already.`, {
      hint: 'Name another file with --output, or move that one away.',
    });
  restoreBackup(project, name, file);
  return { backup: name, file };
}
