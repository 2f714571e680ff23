import path from 'node:path';
import { isDiskFull } from '../errors';
import {
  writeDump,
  writeDumpFile,
  type DumpOptions as WriteOptions,
  type DumpSink,
} from '../sqlite/dump/write-dump';
import { claimState } from '../project/state/claim-state';
import { diskFull } from '../project/state/disk';
import { excludedBefore, freezeCopy, tellLeftOut } from '../project/working-copy/freeze-copy';
import { findLeftOut } from '../sqlite/schema/take-out';
import { readManifest } from '../project/state/manifest';
import { openState } from '../project/state/open-state';
import { placeFile } from '../project/state/place-file';
import type { Project } from '../project/project';
import { withTemporary } from '../project/state/temporary';
import { baseDatabase } from './comparing/base-database';
import { requireBase } from './comparing/compare';
import { connectTo, type ProjectRemote, type RemoteOptions } from '../project/connect-to';
import { timed, type OnEvent, type VerbOptions } from '../events';
import { download } from './fetching/download';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';

/** A database to dump. */
export type DumpSource = 'base' | 'working-copy' | 'remote';

/** Options of `dump`. */
export interface DumpOptions extends RemoteOptions, VerbOptions {
  /** Default is `base`: the origin of the working copy, or the state after the last push. */
  readonly of?: DumpSource;
  /** The file to write, or a sink for the pieces. Default is `original_dump.sql` beside the base. */
  readonly to?: string | DumpSink;
}

/** Result of `dump`. */
export interface DumpResult extends VerbResult {
  /** The database was written. */
  readonly outcome: 'written';
  /** The database. */
  readonly of: DumpSource;
  /** The written file, or null if the pieces went to a sink. */
  readonly file: string | null;
}

/**
 * Writes a whole database as SQL. The stock `sqlite3` shell restores it to an equal database. The file appears only
 * when complete.
 * Throws BASE_MISSING, the `WORKING_COPY_*` and `REMOTE_*` codes, DISK_FULL and FILE_INACCESSIBLE.
 *
 * @example
 * ```ts
 * import { dump, loadProject } from 'turso-core';
 *
 * await dump(await loadProject(), { of: 'remote', to: 'remote.sql' });
 * ```
 */
export const dump = verb<[options?: DumpOptions], DumpResult>('dump', dumpWith);

async function dumpWith(project: Project, options: DumpOptions): Promise<Own<DumpResult>> {
  const { of = 'base', to = project.files.base.dump } = options;
  openState(project);
  if (of === 'base' || to === project.files.base.dump) requireBase(project);
  // Comes first: a missing or wrong URL then leaves nothing behind.
  const remote = of === 'remote' ? connectTo(project, options) : null;
  try {
    return await dumpTo({ project, of, to, remote, onEvent: options.onEvent });
  } finally {
    await remote?.close();
  }
}

interface DumpJob {
  readonly project: Project;
  readonly of: DumpSource;
  readonly to: string | DumpSink;
  readonly remote: ProjectRemote | null;
  readonly onEvent: OnEvent | undefined;
}

type Write = (database: string, options: WriteOptions) => Promise<void>;

async function dumpTo(job: DumpJob): Promise<Own<DumpResult>> {
  const { project, of, to } = job;
  // Comes before any file is written: a dump may be the first command in a folder.
  claimState(project);
  return withTemporary(project.files.directory, async (temporary) => {
    const written = path.join(temporary, 'dump.sql');
    const write: Write = (database, how) =>
      typeof to === 'string' ? writeDumpFile(database, written, how) : writeDump(database, to, how);
    try {
      await dumpSource(job, path.join(temporary, 'copy.db'), write);
    } catch (error) {
      throw isDiskFull(error) ? diskFull(error) : error;
    }
    if (typeof to !== 'string') return { outcome: 'written', of, file: null };
    placeFile(written, to);
    return { outcome: 'written', of, file: to };
  });
}

async function dumpSource(
  { project, of, remote, onEvent }: DumpJob,
  copy: string,
  write: Write,
): Promise<void> {
  const setAside = readManifest(project.files.base)?.setAside ?? [];
  if (remote !== null) {
    await download(remote, copy, { onEvent }, (how) => write(copy, how));
  } else if (of === 'base') {
    const { tables } = findLeftOut(project.files.base.database, project.exclude);
    tellLeftOut([...tables, ...excludedBefore(project)], onEvent);
    const database = baseDatabase(project, path.dirname(copy));
    await timed(onEvent, 'dump', (onProgress) => write(database, { reader: null, setAside, onProgress }));
  } else {
    await freezeCopy(project, copy, { onEvent });
    await timed(onEvent, 'dump', (onProgress) => write(copy, { reader: null, setAside, onProgress }));
  }
}
