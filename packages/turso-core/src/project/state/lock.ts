import fs from 'node:fs';
import os from 'node:os';
import { systemCode, TursoSyncError } from '../../errors';
import { holdExclusively } from '../../sqlite/files/exclusive';
import type { Database } from '../../sqlite/files/sqlite';
import { removeAtExit } from './at-exit';
import { fileSystemError } from './disk';

/** The holder of a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  readonly since: string;
}

/** The locks of this process. */
const held = new Set<string>();

/** Checks whether this process holds a lock. */
export function holdsLock(file: string): boolean {
  return held.has(file);
}

/**
 * Runs work while no other process works on this state folder. The lock is SQLite's own, on an empty database, so the
 * system releases it when its holder dies. A file beside it names the holder, for the message. Throws STATE_LOCKED with
 * the holder's name, and FILE_INACCESSIBLE.
 *
 * @param command - the holder's name for others, for example `push`.
 */
export async function withLock<T>(file: string, command: string, work: () => Promise<T>): Promise<T> {
  const note = `${file}.json`;
  const db = acquire(file, note);
  const removeNote = removeAtExit(note);
  held.add(file);
  try {
    writeHolder(note, command);
    return await work();
  } finally {
    held.delete(file);
    removeNote();
    db.close();
  }
}

/** Runs synchronous work under the lock, without a holder's name. */
export function withLockNow<T>(file: string, work: () => T): T {
  const db = acquire(file, `${file}.json`);
  try {
    return work();
  } finally {
    db.close();
  }
}

/** Checks whether a process is working on this state folder. */
export function isLocked(file: string): boolean {
  if (!fs.existsSync(file)) return false;
  try {
    acquire(file, `${file}.json`).close();
    return false;
  } catch (error) {
    return error instanceof TursoSyncError && error.code === 'STATE_LOCKED';
  }
}

function acquire(file: string, note: string): Database {
  let db: Database | undefined;
  try {
    db = holdExclusively(file);
  } catch (error) {
    throw systemCode(error).startsWith('SQLITE_BUSY')
      ? locked(readHolder(note), error)
      : fileSystemError(error, file);
  }
  if (fs.existsSync(file)) return db;
  // Its holder has just removed the whole folder, so this lock would hold nobody off.
  db.close();
  throw locked(null, undefined);
}

function writeHolder(note: string, command: string): void {
  const holder: Holder = { pid: process.pid, host: os.hostname(), command, since: new Date().toISOString() };
  try {
    fs.writeFileSync(note, JSON.stringify(holder));
  } catch {
    // For example, the disk is full. Others then learn less about the holder, but the lock still holds.
  }
}

function readHolder(note: string): Holder | null {
  try {
    return JSON.parse(fs.readFileSync(note, 'utf8')) as Holder;
  } catch {
    // The holder already has the lock and writes its name in a moment, or has just removed it.
    return null;
  }
}

function locked(holder: Holder | null, cause: unknown): TursoSyncError {
  const who =
    holder === null
      ? 'another turso-sync process'
      : `\`${holder.command}\` (process ${holder.pid} on ${holder.host}, since ${holder.since})`;
  return new TursoSyncError('STATE_LOCKED', `This folder is being worked on by ${who}.`, {
    hint: 'Wait until it has finished, then run the command again. A process that died holds no lock.',
    retryable: true,
    cause,
  });
}
