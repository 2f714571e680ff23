import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../../errors';
import { backupTo } from '../../sqlite/files/backup';
import { copyFile, type OnBytes } from '../../sqlite/files/copy-file';
import { readFileKind } from '../../sqlite/files/file-header';
import { openReadOnly, using } from '../../sqlite/files/open';
import { Database } from '../../sqlite/files/sqlite';
import { fileSystemError } from '../state/disk';
import { dateInName } from './backups';
import { freeze, workingCopyError } from './freeze';

/**
 * The suffix of Turso Database's log of changes in MVCC mode. It would apply the log to any file with the matching
 * name.
 */
const MVCC_LOG = '-log';

/**
 * Copies the working copy, in any condition, to a file beside it with the date in its name. Returns the path of the
 * copy. Throws WORKING_COPY_LOCKED, DISK_FULL and FILE_INACCESSIBLE.
 */
export async function backUpWorkingCopy(workingCopy: string): Promise<string> {
  const backup = backupName(workingCopy);
  try {
    await freeze(workingCopy, backup);
  } catch (error) {
    fs.rmSync(backup, { force: true });
    if (!isNoDatabase(error)) throw error;
    // Keeps an unusable file unchanged.
    for (const part of ['', '-wal', '-journal', MVCC_LOG])
      copyIfThere(`${workingCopy}${part}`, `${backup}${part}`);
  }
  return backup;
}

/** Returns an unused file name: the clock may have shown the same time before. */
function backupName(workingCopy: string): string {
  const { dir, name, ext } = path.parse(workingCopy);
  const dated = `${name}.backup-${dateInName()}`;
  for (let i = 1; ; i++) {
    const file = path.join(dir, `${dated}${i === 1 ? '' : `-${i}`}${ext}`);
    if (fs.lstatSync(file, { throwIfNoEntry: false }) === undefined) return file;
  }
}

function copyIfThere(from: string, to: string): void {
  if (!fs.existsSync(from)) return;
  try {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE | fs.constants.COPYFILE_EXCL);
    fs.chmodSync(to, 0o600);
  } catch (error) {
    fs.rmSync(to, { force: true });
    throw fileSystemError(error, from);
  }
}

function isNoDatabase(error: unknown): boolean {
  const codes: readonly string[] = [
    'WORKING_COPY_NOT_A_DATABASE',
    'WORKING_COPY_MVCC',
    'WORKING_COPY_CORRUPT',
  ];
  return error instanceof TursoSyncError && codes.includes(error.code);
}

/**
 * Makes the working copy equal to a snapshot. An existing database is overwritten by SQLite's own backup, in one
 * transaction, so programs with the file open see it. Anything else is replaced by a complete file. Throws
 * WORKING_COPY_LOCKED, DISK_FULL and FILE_INACCESSIBLE. If `onBytes` throws, the working copy stays as it was.
 */
export async function writeWorkingCopy(
  workingCopy: string,
  snapshot: string,
  onBytes?: OnBytes,
): Promise<void> {
  try {
    if (fs.existsSync(workingCopy) && (await readFileKind(workingCopy)) === 'sqlite') {
      await overwriteDatabase(snapshot, workingCopy, onBytes);
      return;
    }
  } catch (error) {
    const known = workingCopyError(error, workingCopy);
    if (!isNoDatabase(known)) throw known;
  }
  await replaceFile(snapshot, workingCopy, onBytes);
}

async function overwriteDatabase(from: string, to: string, onBytes: OnBytes | undefined): Promise<void> {
  const source = openReadOnly(from);
  try {
    using(new Database(to), (target) => {
      const [mode, size] = ['journal_mode', 'page_size'].map((name) => target.pragma(name, { simple: true }));
      // A write-ahead log can contain pages of only one size.
      if (mode === 'wal' && size !== source.pragma('page_size', { simple: true }))
        target.pragma('journal_mode = DELETE');
    });
    const pageSize = source.pragma('page_size', { simple: true }) as number;
    await backupTo(source, to, {
      // The last page is reported with the copy in place, when it is too late to throw.
      onProgress(done, total) {
        if (done < total) onBytes?.({ done: done * pageSize, total: total * pageSize, unit: 'bytes' });
      },
    });
  } finally {
    source.close();
  }
}

async function replaceFile(from: string, to: string, onBytes: OnBytes | undefined): Promise<void> {
  const written = `${to}.turso-sync-new`;
  try {
    fs.mkdirSync(path.dirname(to), { recursive: true });
    // A leftover of another run, or a link.
    fs.rmSync(written, { force: true });
    await copyFile(from, written, { isNew: true, onBytes });
    const mode = fs.statSync(to, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined) fs.chmodSync(written, mode);
    for (const left of ['-wal', '-shm', '-journal', MVCC_LOG]) fs.rmSync(`${to}${left}`, { force: true });
    fs.renameSync(written, to);
  } catch (error) {
    // If its parent folder is a file, there is nothing to remove.
    if (fs.existsSync(written)) fs.rmSync(written);
    throw fileSystemError(error, to);
  }
}
