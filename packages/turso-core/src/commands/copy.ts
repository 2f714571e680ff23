import path from 'node:path';
import type { VerbOptions } from '../events';
import { isDiskFull } from '../errors';
import type { Project } from '../project/project';
import { claimState } from '../project/state/claim-state';
import { diskFull } from '../project/state/disk';
import { openState } from '../project/state/open-state';
import { placeFile } from '../project/state/place-file';
import { withTemporary } from '../project/state/temporary';
import { freezeCopy } from '../project/working-copy/freeze-copy';
import { Database } from '../sqlite/files/sqlite';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';

/** Options of `copy`. */
export interface CopyOptions extends VerbOptions {
  /** The file to write. An existing file is replaced as a whole. */
  readonly to: string;
}

/** Result of `copy`. */
export interface CopyResult extends VerbResult {
  /** The copy was written. */
  readonly outcome: 'written';
  /** The written file. */
  readonly file: string;
}

/** The page size of every database on libsql-server, in bytes. */
const PAGE_SIZE = 4096;

/**
 * Writes a consistent copy of the working copy; the app may keep writing meanwhile. The copy is one file without a
 * journal, in pages of 4096 bytes, as libsql-server accepts it.
 * Throws the `WORKING_COPY_*` codes, DISK_FULL and FILE_INACCESSIBLE.
 *
 * @example
 * ```ts
 * import { copy, loadProject } from 'turso-core/own-process';
 *
 * await copy(await loadProject(), { to: 'copy.db' });
 * ```
 */
export const copy = verb<[options: CopyOptions], CopyResult>('copy', copyWith);

async function copyWith(project: Project, { to, onEvent }: CopyOptions): Promise<Own<CopyResult>> {
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
    return { outcome: 'written', file: to };
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
