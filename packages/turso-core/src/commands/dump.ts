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
  // First, so that a URL that is missing or wrong leaves nothing behind.
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

async function dumpTo(job: DumpJob): Promise<DumpResult> {
  const { project, of, to } = job;
  // Before anything is put there: a dump may be the first that is asked of a folder.
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
    if (typeof to !== 'string') return { of, file: null };
    placeFile(written, to);
    return { of, file: to };
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
    await timed(onEvent, 'dump', () => write(database, { reader: null, setAside }));
  } else {
    await freezeCopy(project, copy, { onEvent });
    await timed(onEvent, 'dump', () => write(copy, { reader: null, setAside }));
  }
}
