import fs from 'node:fs';
import path from 'node:path';
import { isDiskFull, systemCode, TursoSyncError } from '../errors';
import { createReaderPool, type ReaderPool } from '../sqlite/dump/reader-pool';
import { writeDumpFile, type DumpOptions } from '../sqlite/dump/write-dump';
import { openReadOnly } from '../sqlite/files/open';
import type { Remote, SnapshotTaken, SnapshotProgress } from '../remote/remote';
import { diskFull } from '../project/state/disk';
import { withLock } from '../project/state/lock';
import { refuseNewer, soundBaseline, writeManifest, type Manifest } from '../project/state/manifest';
import { baselineFiles, type Project } from '../project/project';
import { recoverDirectory, replaceDirectory } from '../project/state/replace-directory';
import { withTemporary } from '../project/state/temporary';
import { connectTo } from '../project/connect-to';
import { timed, type OnEvent } from '../events';

/** What `snapshot` answers. */
export interface SnapshotResult {
  /** The manifest of the snapshot that was taken. */
  readonly snapshot: Manifest;
}

/** What `snapshot` may be told. */
export interface SnapshotCommandOptions {
  readonly onEvent?: OnEvent;
}

/**
 * Takes the whole remote database to `.turso/snapshot`: `baseline.db`, `original_dump.sql` and `manifest.json`. What was
 * there before is replaced only once all of the new one is there and sound. Nothing else is touched.
 * Throws the `REMOTE_*` codes, DISK_FULL, STATE_LOCKED, STATE_TOO_NEW.
 */
export async function snapshot(
  project: Project,
  options: SnapshotCommandOptions = {},
): Promise<SnapshotResult> {
  const remote = connectTo(project);
  try {
    fs.mkdirSync(project.files.directory, { recursive: true });
    const take = (): Promise<Manifest> => takeSnapshot(project, remote, options.onEvent);
    return { snapshot: await withLock(project.files.lock, 'snapshot', take) };
  } finally {
    await remote.close();
  }
}

/** The same under a lock that the caller holds. */
export async function takeSnapshot(project: Project, remote: Remote, onEvent?: OnEvent): Promise<Manifest> {
  const { directory, snapshot: target } = project.files;
  refuseNewer(target);
  onEvent?.({ type: 'connect', location: remote.location });
  try {
    return await withTemporary(directory, async (temporary) => {
      const files = baselineFiles(path.join(temporary, 'snapshot'));
      fs.mkdirSync(files.directory);
      const dump = path.join(files.directory, path.basename(target.dump));
      // Read before the snapshot: a write in between then makes it look stale, never fresh.
      const fingerprint = await remote.fingerprint();
      const taken = await download(remote, files.database, onEvent, (options) =>
        writeDumpFile(files.database, dump, options),
      );
      const manifest = writeManifest(files, {
        createdAt: new Date().toISOString(),
        remote: remote.location,
        fingerprint,
        method: taken.method,
        setAside: taken.setAside,
        bytes: fs.statSync(files.database).size,
      });
      replaceDirectory(files.directory, target.directory);
      return manifest;
    });
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error;
  }
}

/** The snapshot that is there, where it has the remote's mark, else a new one. */
export async function currentSnapshot(
  project: Project,
  remote: Remote,
  mark: string | null,
  onEvent?: OnEvent,
): Promise<Manifest> {
  recoverDirectory(project.files.snapshot.directory);
  const known = soundBaseline(project.files.snapshot);
  const isCurrent = mark !== null && known?.fingerprint === mark && known.remote === remote.location;
  return isCurrent ? known : takeSnapshot(project, remote, onEvent);
}

/** Size from which on threads are worth their start, in bytes. */
const LARGE = 16_000_000;

/**
 * Downloads the remote to a new database file and makes sure that it is sound, while `work` reads it. Throws the
 * `REMOTE_*` codes.
 *
 * @param work - is given threads that read the database, or null where they are not worth their start, and what was set
 * aside.
 */
export async function download(
  remote: Remote,
  database: string,
  onEvent: OnEvent | undefined,
  work: (options: DumpOptions) => Promise<void>,
): Promise<SnapshotTaken> {
  let pool: ReaderPool | null = null;
  const onProgress = (progress: SnapshotProgress): void => {
    // While the rest is under way, threads have time to start.
    if ((progress.total ?? 0) >= LARGE) pool ??= createReaderPool(database, 2);
    onEvent?.({ type: 'snapshot', ...progress });
  };
  try {
    const taken = await timed(onEvent, 'download', () => remote.snapshot(database, { onProgress }));
    await timed(onEvent, 'check and dump', () =>
      Promise.all([checkSound(database, remote.location, pool), work({ pool, setAside: taken.setAside })]),
    );
    return taken;
  } finally {
    await (pool as ReaderPool | null)?.close();
  }
}

async function checkSound(file: string, location: string, pool: ReaderPool | null): Promise<void> {
  // An fts4 index without content is one that SQLite cannot check.
  const sql = `SELECT (SELECT quick_check FROM temp.pragma_quick_check
    WHERE quick_check NOT LIKE 'unable to validate the inverted index for FTS%' LIMIT 1)`;
  const check = { sql, args: [] };
  try {
    const found = pool === null ? askHere(file, check.sql) : await pool.ask(check);
    if ((found ?? 'ok') !== 'ok') throw unsound(location, String(found).split('\n')[0] ?? '');
  } catch (error) {
    if (!systemCode(error).startsWith('SQLITE_')) throw error;
    const message = (error as Error).message;
    throw /malformed database schema|(?:no such|unknown) (?:function|module|tokenizer)/.test(message)
      ? unsupportedSchema(location, message)
      : unsound(location, message);
  }
}

function askHere(file: string, sql: string): unknown {
  const db = openReadOnly(file);
  try {
    return db.prepare(sql).pluck().get();
  } finally {
    db.close();
  }
}

function unsound(location: string, what: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_INTERRUPTED',
    `What came from ${location} is no sound database: ${what}.`,
    {
      hint: 'Run the command again. If it stays so, the remote itself is damaged.',
      retryable: true,
    },
  );
}

// Functions and modules that are not here may be used in definitions, and of a file with vector indexes none is opened.
function unsupportedSchema(location: string, message: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_UNSUPPORTED_SCHEMA',
    `${location} holds what plain SQLite cannot work with: ${message}.`,
    {
      hint: 'Drop what the message names on the remote, or write it without what only that server knows.',
    },
  );
}
