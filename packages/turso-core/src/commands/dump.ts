import path from 'node:path';
import { isDiskFull } from '../errors';
import {
  writeDump,
  writeDumpFile,
  type DumpOptions as WriteOptions,
  type DumpSink,
} from '../sqlite/dump/write-dump';
import { diskFull } from '../project/state/disk';
import { freeze } from '../project/working-copy/freeze';
import { readManifest } from '../project/state/manifest';
import { openState } from '../project/state/open-state';
import { placeFile } from '../project/state/place-file';
import type { Project } from '../project/project';
import { withTemporary } from '../project/state/temporary';
import { requireBase } from './comparing/compare';
import { connectTo, type RemoteOptions } from '../project/connect-to';
import { timed, type OnEvent } from '../events';
import { download } from './fetching/download';
import { reportRun, type Reported } from './reporting/report-run';
import { verb } from './apart/verb';

/** What can be dumped. */
export type DumpSource = 'base' | 'working-copy' | 'remote';

/** What `dump` may be told. */
export interface DumpOptions extends RemoteOptions {
  /** Default is `base`: what the working copy was made from, or what was pushed last. */
  readonly of?: DumpSource;
  /** The file to write, or something that takes the pieces. Default is `original_dump.sql` beside the base. */
  readonly to?: string | DumpSink;
  readonly onEvent?: OnEvent;
}

/** What `dump` answers. */
export interface DumpResult {
  readonly of: DumpSource;
  /** The file that was written, or null where it went elsewhere. */
  readonly file: string | null;
}

/**
 * Writes a whole database as SQL that the stock `sqlite3` shell restores to an equal one. A file is only ever seen whole.
 * Throws BASELINE_MISSING, the `WORKING_COPY_*` and `REMOTE_*` codes, DISK_FULL, FILE_INACCESSIBLE.
 *
 * @example
 * ```ts
 * import { dump, loadProject } from 'turso-core';
 *
 * await dump(await loadProject(), { of: 'remote', to: 'remote.sql' });
 * ```
 */
export const dump = verb('dump', dumpHere);

async function dumpHere(project: Project, options: DumpOptions = {}): Promise<Reported<DumpResult>> {
  return reportRun(project, options.onEvent, (onEvent) => dumpWith(project, { ...options, onEvent }));
}

async function dumpWith(project: Project, options: DumpOptions): Promise<DumpResult> {
  const { of = 'base', to = project.files.base.dump } = options;
  openState(project);
  if (of === 'base' || to === project.files.base.dump) requireBase(project);
  return withTemporary(project.files.directory, async (temporary) => {
    const written = path.join(temporary, 'dump.sql');
    const write: DumpJob['write'] = (database, how) =>
      typeof to === 'string' ? writeDumpFile(database, written, how) : writeDump(database, to, how);
    try {
      await dumpSource(project, of, { temporary, options, write });
    } catch (error) {
      throw isDiskFull(error) ? diskFull(error) : error;
    }
    if (typeof to !== 'string') return { of, file: null };
    placeFile(written, to);
    return { of, file: to };
  });
}

interface DumpJob {
  readonly temporary: string;
  readonly options: DumpOptions;
  readonly write: (database: string, options: WriteOptions) => Promise<void>;
}

async function dumpSource(project: Project, of: DumpSource, job: DumpJob): Promise<void> {
  const { temporary, options, write } = job;
  const { onEvent } = options;
  const copy = path.join(temporary, 'copy.db');
  const setAside = readManifest(project.files.base)?.setAside ?? [];
  if (of === 'base') {
    await timed(onEvent, 'dump', () => write(project.files.base.database, { pool: null, setAside }));
  } else if (of === 'working-copy') {
    await freeze(project.workingCopy, copy);
    await timed(onEvent, 'dump', () => write(copy, { pool: null, setAside }));
  } else {
    const remote = connectTo(project, options);
    try {
      await download(remote, copy, onEvent, (how) => write(copy, how));
    } finally {
      await remote.close();
    }
  }
}
