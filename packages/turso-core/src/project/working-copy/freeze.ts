import fs from 'node:fs';
import { systemCode, TursoSyncError } from '../../errors';
import { beginReading, whenUnlocked } from '../../sqlite/files/begin';
import { backupTo } from '../../sqlite/files/backup';
import { copyFile, type OnBytes } from '../../sqlite/files/copy-file';
import { leaveWalMode, readFileKind } from '../../sqlite/files/file-header';
import { Database } from '../../sqlite/files/sqlite';
import { fileSystemError } from '../state/disk';

/** Milliseconds to wait for readers: they keep a write-ahead log from being moved into the file. */
const LOG_TIMEOUT = 200;

/**
 * Makes a consistent copy of the working copy, while the app may continue to write. Comparisons, pushes and the next
 * base use this copy. Returns false, without a copy, if the file is byte for byte equal to `unless`. Throws
 * WORKING_COPY_MISSING, WORKING_COPY_NOT_A_DATABASE, WORKING_COPY_MVCC, WORKING_COPY_CORRUPT and WORKING_COPY_LOCKED.
 */
export async function freeze(
  workingCopy: string,
  to: string,
  unless?: string,
  onBytes?: OnBytes,
): Promise<boolean> {
  requireWorkingCopy(workingCopy);
  let db: Database | undefined;
  try {
    const kind = await readFileKind(workingCopy);
    if (kind === 'mvcc') throw inMvccMode(workingCopy);
    if (kind === 'other') throw notADatabase(workingCopy, 'is not an SQLite database');
    // SQLite never leaves a file of 0 bytes, even after everything was dropped. A push of it would drop everything.
    if (unless !== undefined && fs.statSync(workingCopy).size === 0 && fs.statSync(unless).size > 0)
      throw notADatabase(workingCopy, 'is an empty file');
    db = new Database(workingCopy, { fileMustExist: true, timeout: LOG_TIMEOUT });
    return await copyUnderReadLock(db, { workingCopy, to, unless, onBytes });
  } catch (error) {
    throw workingCopyError(error, workingCopy);
  } finally {
    db?.close();
  }
}

/** Throws WORKING_COPY_MISSING if there is no working copy. */
export function requireWorkingCopy(workingCopy: string): void {
  if (fs.existsSync(workingCopy)) return;
  throw new TursoSyncError('WORKING_COPY_MISSING', `There is no working copy at ${workingCopy}.`, {
    hint: 'Run `turso-sync init` to make one.',
  });
}

interface Copying {
  readonly workingCopy: string;
  readonly to: string;
  readonly unless: string | undefined;
  readonly onBytes: OnBytes | undefined;
}

async function copyUnderReadLock(
  db: Database,
  { workingCopy, to, unless, onBytes }: Copying,
): Promise<boolean> {
  let compared = 0;
  if (unless !== undefined) {
    const isSame = await underReadLock(db, workingCopy, () =>
      sameBytes(workingCopy, unless, (progress) => {
        compared = progress.done;
        onBytes?.(progress);
      }),
    );
    if (isSame === true) return false;
  }
  // The bytes compared in vain count too, so the progress never goes back.
  const tell: OnBytes = ({ done, total, unit }) =>
    onBytes?.({ done: compared + done, total: compared + total, unit });
  const copied = await underReadLock(db, workingCopy, () => copyFile(workingCopy, to, { onBytes: tell }));
  if (copied === 'busy') {
    const pageSize = db.pragma('page_size', { simple: true }) as number;
    const onProgress = (done: number, total: number): void =>
      tell({ done: done * pageSize, total: total * pageSize, unit: 'bytes' });
    await backupTo(db, to, { onProgress });
  }
  // Copies inherit the original's mode: perhaps readable by everyone, or not even writable.
  fs.chmodSync(to, 0o600);
  await leaveWalMode(to);
  return true;
}

/**
 * Runs work while nobody can change the file itself. With a rollback journal, a read lock is enough. A write-ahead log
 * must first be moved into the file, so the reader uses only the file. Returns `busy` if a writer was faster. One lock
 * serves one piece of work: closing any handle of a file drops the process's locks on it (POSIX).
 */
async function underReadLock<T>(db: Database, file: string, work: () => T | Promise<T>): Promise<T | 'busy'> {
  const mode = await whenUnlocked(db, () => db.pragma('journal_mode', { simple: true }));
  const usesLog = mode === 'wal';
  if (usesLog) db.pragma('wal_checkpoint(TRUNCATE)');
  await beginReading(db);
  try {
    const logged = usesLog ? (fs.statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) : 0;
    return logged === 0 ? await work() : 'busy';
  } finally {
    db.exec('COMMIT');
  }
}

/** Checks whether two files have the same bytes. Reports the compared bytes, up to the first difference. */
export function sameBytes(a: string, b: string, onBytes?: OnBytes): boolean {
  const size = fs.statSync(a).size;
  if (size !== fs.statSync(b).size) return false;
  const [left, right] = [fs.openSync(a, 'r'), fs.openSync(b, 'r')];
  try {
    const [x, y] = [Buffer.allocUnsafe(1 << 20), Buffer.allocUnsafe(1 << 20)];
    for (let at = 0; at < size; at += x.length) {
      const count = fs.readSync(left, x, 0, x.length, at);
      if (fs.readSync(right, y, 0, y.length, at) !== count) return false;
      if (x.compare(y, 0, count, 0, count) !== 0) return false;
      onBytes?.({ done: at + count, total: size, unit: 'bytes' });
    }
    return true;
  } finally {
    fs.closeSync(left);
    fs.closeSync(right);
  }
}

function inMvccMode(file: string): TursoSyncError {
  return new TursoSyncError(
    'WORKING_COPY_MVCC',
    `${file} is in MVCC mode of Turso Database, which SQLite cannot read.`,
    {
      hint: "Run `PRAGMA journal_mode = 'wal'` in the app, close the database, then run the command again. Or run `turso-sync init --force`, which keeps a dated backup of the file and its log.",
    },
  );
}

function notADatabase(file: string, what: string, cause?: unknown): TursoSyncError {
  return new TursoSyncError('WORKING_COPY_NOT_A_DATABASE', `${file} ${what}.`, {
    hint: 'Put the database back, or run `turso-sync init --force`, which keeps a dated backup of the file.',
    cause,
  });
}

/** Returns an error of SQLite or the file system about the working copy, as a TursoSyncError. */
export function workingCopyError(error: unknown, file: string): unknown {
  const code = systemCode(error);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new TursoSyncError('WORKING_COPY_LOCKED', `${file} is locked by another program.`, {
      hint: 'Let the app end its transaction, then run the command again.',
      retryable: true,
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_NOTADB')) return notADatabase(file, 'is not an SQLite database', error);
  if (code.startsWith('SQLITE_CORRUPT')) {
    return new TursoSyncError('WORKING_COPY_CORRUPT', `${file} is corrupt: ${(error as Error).message}.`, {
      hint: 'Restore it from a backup, or run `turso-sync init --force`, which keeps a dated backup of the file.',
      cause: error,
    });
  }
  return fileSystemError(error, file);
}
