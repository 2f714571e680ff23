import fs from 'node:fs';
import path from 'node:path';
import { isDiskFull, systemCode, TursoSyncError } from '../errors';
import { timed, type OnEvent } from './events';
import { dumpDatabase } from '../local/dump';
import { openReadOnly } from '../local/open';
import { writePieces } from '../local/write-file';
import { connect } from '../remote/connect';
import type { Remote } from '../remote/remote';
import { diskFull } from '../workspace/disk';
import { withLock } from '../workspace/lock';
import { writeManifest, type Manifest } from '../workspace/manifest';
import { baselineFiles, type Project } from '../workspace/project';
import { replaceDirectory } from '../workspace/replace-directory';
import { withTemporary } from '../workspace/temporary';

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
 * Throws the `REMOTE_*` codes, DISK_FULL, STATE_LOCKED.
 */
export async function snapshot(
  project: Project,
  options: SnapshotCommandOptions = {},
): Promise<SnapshotResult> {
  const remote = connect(project.address(), project.authToken());
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
  onEvent?.({ type: 'connect', location: remote.location });
  try {
    return await withTemporary(directory, async (temporary) => {
      const files = baselineFiles(path.join(temporary, 'snapshot'));
      fs.mkdirSync(files.directory);
      // Read before the snapshot: a write in between then makes it look stale, never fresh.
      const fingerprint = await remote.fingerprint();
      const onProgress = (progress: { done: number; total: number | null; unit: 'bytes' | 'rows' }): void =>
        onEvent?.({ type: 'snapshot', ...progress });
      const method = await timed(onEvent, 'download', () => remote.snapshot(files.database, { onProgress }));
      await timed(onEvent, 'check', () => checkSound(files.database, remote.location));
      await timed(onEvent, 'dump', () =>
        writeDump(files.database, path.join(files.directory, path.basename(target.dump))),
      );
      const manifest = writeManifest(files, {
        createdAt: new Date().toISOString(),
        remote: remote.location,
        fingerprint,
        method,
        bytes: fs.statSync(files.database).size,
      });
      replaceDirectory(files.directory, target.directory);
      return manifest;
    });
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error;
  }
}

function writeDump(database: string, to: string): void {
  const db = openReadOnly(database);
  try {
    writePieces(to, dumpDatabase(db));
  } finally {
    db.close();
  }
}

function checkSound(file: string, location: string): void {
  const db = openReadOnly(file);
  try {
    const found = db.pragma('quick_check(1)', { simple: true }) as string;
    if (found !== 'ok') throw unsound(location, found);
  } catch (error) {
    if (!systemCode(error).startsWith('SQLITE_')) throw error;
    const message = (error as Error).message;
    throw message.includes('malformed database schema')
      ? unsupportedSchema(location, message)
      : unsound(location, message);
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

// Vector indexes and RANDOM ROWID tables are in the schema of a libSQL database, and stock SQLite then opens none of it.
function unsupportedSchema(location: string, message: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_UNSUPPORTED_SCHEMA',
    `${location} holds what plain SQLite cannot open: ${message}.`,
    {
      hint: 'Drop libSQL vector indexes and RANDOM ROWID tables on the remote; plain vector columns are fine.',
    },
  );
}
