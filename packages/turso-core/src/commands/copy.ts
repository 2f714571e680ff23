import path from 'node:path';
import type { OnEvent } from '../events';
import { isDiskFull } from '../errors';
import type { Project } from '../project/project';
import { claimState } from '../project/state/claim-state';
import { diskFull } from '../project/state/disk';
import { openState } from '../project/state/open-state';
import { placeFile } from '../project/state/place-file';
import { withTemporary } from '../project/state/temporary';
import { freezeCopy } from '../project/working-copy/freeze-copy';
import { Database } from '../sqlite/files/sqlite';
import { reportRun, type Reported } from './reporting/report-run';
import { verb } from './apart/verb';

/** What `copy` may be told. */
export interface CopyOptions {
  /** The file to write. One that is there is replaced whole. */
  readonly to: string;
  readonly onEvent?: OnEvent;
}

/** What `copy` answers. */
export interface CopyResult {
  /** The file that was written. */
  readonly file: string;
}

/** The page size of every database that libsql-server serves, in bytes. */
const PAGE_SIZE = 4096;

/**
 * Writes a consistent copy of the working copy, while the app may go on writing: one file without a journal, in pages of
 * 4096 bytes, as libsql-server takes it. Throws the `WORKING_COPY_*` codes, DISK_FULL, FILE_INACCESSIBLE.
 *
 * @example
 * ```ts
 * import { copy, loadProject } from 'turso-core';
 *
 * await copy(await loadProject(), { to: 'copy.db' });
 * ```
 */
export const copy = verb('copy', copyHere);

async function copyHere(project: Project, options: CopyOptions): Promise<Reported<CopyResult>> {
  return reportRun(project, options.onEvent, (onEvent) => copyWith(project, { ...options, onEvent }));
}

async function copyWith(project: Project, { to, onEvent }: CopyOptions): Promise<CopyResult> {
  openState(project);
  claimState(project);
  return withTemporary(project.files.directory, async (temporary) => {
    const written = path.join(temporary, 'copy.db');
    await freezeCopy(project, written, { onEvent });
    try {
      usePageSize(written);
    } catch (error) {
      throw isDiskFull(error) ? diskFull(error) : error;
    }
    placeFile(written, to);
    return { file: to };
  });
}

function usePageSize(file: string): void {
  const db = new Database(file, { fileMustExist: true });
  try {
    if (db.pragma('page_size', { simple: true }) === PAGE_SIZE) return;
    db.pragma(`page_size = ${PAGE_SIZE}`);
    db.exec('VACUUM');
  } finally {
    db.close();
  }
}
