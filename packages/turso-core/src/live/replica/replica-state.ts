import fs from 'node:fs';
import { TursoSyncError } from '../../errors';
import { fileSize, isFile, replicaFiles, type ReplicaFiles } from '../../sqlite/files/replica-files';
import { fileError } from '../file-error';
import { readNote, writeNote, type Note } from './note';
import { beginsWith, fileStamp, isSameWal, NO_WAL, walLength, walStamp } from './stamp';

/**
 * The files of a replica, compared with their note. `interrupted`: a program died during a sync. The noted state is
 * there, with more after it.
 */
export type ReplicaState = 'as noted' | 'interrupted' | 'changed';

/** Compares the files with their note, without reading them completely. */
export function replicaState({ database, wal }: ReplicaFiles, note: Note): ReplicaState {
  const file = fileStamp(database);
  const log = walStamp(wal, note.wal);
  const isSameFile =
    file !== null &&
    file.inode === note.file.inode &&
    (note.phase === 'checkpointing' ||
      (file.size === note.file.size && file.modifiedNs === note.file.modifiedNs));
  if (!isSameFile) return 'changed';
  if (isSameWal(log, note.wal) || (note.phase === 'backfilled' && log.frames === 0)) return 'as noted';
  const isBehind = note.phase === 'backfilled' || (note.phase === 'still' && beginsWith(wal, note.wal));
  return isBehind ? 'interrupted' : 'changed';
}

/**
 * The replica before its use: null if there is none, a note if the files match it, or a fault. A fault says why the
 * replica must be fetched again.
 */
export type FoundReplica = null | { readonly note: Note } | { readonly fault: string };

/**
 * Refuses a file that is no replica, before anything is written beside it, and a folder, device or pipe. Throws
 * FILE_INACCESSIBLE.
 */
export function refuseOtherFile({ database, metadata, note }: ReplicaFiles): void {
  try {
    const stats = fs.statSync(database, { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (!stats.isFile() || (stats.size > 0 && !isFile(note) && fileSize(metadata) === 0))
      throw otherFile(database);
  } catch (error) {
    throw fileError(error, database);
  }
}

/** Creates the error for a file that is no replica. */
export function otherFile(file: string): TursoSyncError {
  return new TursoSyncError('FILE_INACCESSIBLE', `${file} already exists, and is not a replica.`, {
    hint: 'Name another file for the replica: this one would be replaced. If it is one that lost the files beside it, delete it.',
  });
}

/** Examines the files before use; nobody may have them open. Removes the remains of an interrupted sync. */
export function findReplica(files: ReplicaFiles): FoundReplica {
  const { database, metadata } = files;
  try {
    const isOurs = isFile(files.note) || fileSize(metadata) > 0;
    if (!isFile(database)) return isOurs ? { fault: 'has lost its file' } : null;
    if (!isOurs) return null;
    const note = readNote(files.note);
    if (note === null) return { fault: 'has lost the note of its state' };
    const state = replicaState(files, note);
    if (state === 'changed') return { fault: 'was changed by another program' };
    const found = state === 'interrupted' ? rolledBack(files, note) : note;
    return readMetadata(files) === metadataOf(found).toString('hex')
      ? { note: noted(files, { ...found, phase: 'still' }) }
      : { fault: 'has lost what libSQL notes of it' };
  } catch (error) {
    throw fileError(error, database);
  }
}

/** Writes a note of the files in their present state. */
export function noted({ database, wal, note: file }: ReplicaFiles, note: Note): Note {
  const stamp = fileStamp(database);
  if (stamp === null) throw fileError(new Error('it is gone'), database);
  const now = { ...note, file: stamp, wal: walStamp(wal, note.wal) };
  writeNote(file, now);
  return now;
}

// Restores the noted state. Uses new files, because other programs may have the old ones open.
function rolledBack(files: ReplicaFiles, note: Note): Note {
  const fresh = freshFiles(files);
  removeReplica(fresh);
  fs.copyFileSync(files.database, fresh.database);
  if (note.phase === 'still' && note.wal.frames > 0) {
    fs.copyFileSync(files.wal, fresh.wal);
    fs.truncateSync(fresh.wal, walLength(note.wal));
  }
  return takeOver(files, fresh, note);
}

/** Returns the files for a new replica, beside the current one. */
export function freshFiles({ database }: ReplicaFiles): ReplicaFiles {
  return replicaFiles(`${database}-new`);
}

/**
 * Replaces a replica by the files in `fresh`, and writes a note. Nobody may have `fresh` open. If this is interrupted,
 * the main file is missing, so the replica is fetched again.
 */
export function takeOver(
  files: ReplicaFiles,
  fresh: ReplicaFiles,
  { log, session, mark, remote, syncedAt }: Note,
): Note {
  removeReplica(files);
  if (isFile(fresh.wal)) fs.renameSync(fresh.wal, files.wal);
  const file = fileStamp(fresh.database);
  if (file === null) throw fileError(new Error('it is gone'), fresh.database);
  const wal = walStamp(files.wal, NO_WAL);
  const note: Note = { log, session, mark, phase: 'still', file, wal, remote, syncedAt };
  fs.writeFileSync(files.metadata, metadataOf(note), { mode: 0o600 });
  writeNote(files.note, note);
  fs.renameSync(fresh.database, files.database);
  removeReplica(fresh);
  return note;
}

/** Returns the number of the latest frame noted by libSQL, or null if there is none. */
export function readFrameNo(files: ReplicaFiles): bigint | null {
  const hex = readMetadata(files);
  if (hex?.length !== 2 * METADATA_BYTES) return null;
  const number = Buffer.from(hex, 'hex').readBigUInt64LE(16);
  return number === NO_FRAME ? null : number;
}

/** Removes a replica, except for its lock. */
export function removeReplica({ database, wal, metadata, note }: ReplicaFiles): void {
  try {
    // Removes these last. Without them, the database would look like somebody else's.
    for (const file of [wal, `${database}-shm`, database, metadata, note]) {
      // As a rule, there is none. fs.rmSync() would take ten times as long to find out.
      if (fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined) fs.rmSync(file, { force: true });
    }
  } catch (error) {
    throw fileError(error, database);
  }
}

/** Length of the metadata: the log's identity (16 bytes), the latest frame number (8), and 8 unused bytes. */
const METADATA_BYTES = 32;
const NO_FRAME = 2n ** 64n - 1n;

function readMetadata({ metadata }: ReplicaFiles): string | null {
  return isFile(metadata) ? fs.readFileSync(metadata).toString('hex') : null;
}

function metadataOf({ log, mark }: Note): Buffer {
  const bytes = Buffer.alloc(METADATA_BYTES);
  // A 128-bit number, lowest byte first.
  Buffer.from(log.replaceAll('-', ''), 'hex').reverse().copy(bytes);
  bytes.writeBigUInt64LE(mark?.frameNo ?? NO_FRAME, 16);
  return bytes;
}
