import fs from 'node:fs';
import { fileSize, isFile, replicaFiles, type ReplicaFiles } from '../../sqlite/files/replica-files';
import { fileError } from '../file-error';
import { readNote, writeNote, type Note } from './note';
import { beginsWith, fileStamp, isSameWal, NO_WAL, walLength, walStamp } from './stamp';

/**
 * The files of a replica, compared with the note of them. `interrupted`: a program died within a sync, so that what was noted is there, and
 * something behind it.
 */
export type ReplicaState = 'as noted' | 'interrupted' | 'changed';

/** Compares the files with the note of them, without reading them through. */
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

/** What is there before a replica is used: nothing; one that is as it was noted; or one that must be fetched anew, and why. */
export type FoundReplica = null | { readonly note: Note } | { readonly fault: string };

/** Looks at the files before they are used; nobody may have them open. What a sync that died has left is taken away. */
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

/** Notes the files as they are now. */
export function noted({ database, wal, note: file }: ReplicaFiles, note: Note): Note {
  const stamp = fileStamp(database);
  if (stamp === null) throw fileError(new Error('it is gone'), database);
  const now = { ...note, file: stamp, wal: walStamp(wal, note.wal) };
  writeNote(file, now);
  return now;
}

// Brings back what was noted. In new files, since other programs may have the old ones open.
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

/** Files beside those of a replica, for one that is to take their place. */
export function freshFiles({ database }: ReplicaFiles): ReplicaFiles {
  return replicaFiles(`${database}-new`);
}

/**
 * Puts what is in `fresh`, which nobody has open, in the place of a replica, and notes it. Where this ends half done, there is no file,
 * and it is fetched anew.
 */
export function takeOver(files: ReplicaFiles, fresh: ReplicaFiles, { log, session, mark }: Note): Note {
  removeReplica(files);
  if (isFile(fresh.wal)) fs.renameSync(fresh.wal, files.wal);
  const file = fileStamp(fresh.database);
  if (file === null) throw fileError(new Error('it is gone'), fresh.database);
  const note: Note = { log, session, mark, phase: 'still', file, wal: walStamp(files.wal, NO_WAL) };
  fs.writeFileSync(files.metadata, metadataOf(note), { mode: 0o600 });
  writeNote(files.note, note);
  fs.renameSync(fresh.database, files.database);
  removeReplica(fresh);
  return note;
}

/** The number of the latest frame that libSQL has noted; null where it has none. */
export function readFrameNo(files: ReplicaFiles): bigint | null {
  const hex = readMetadata(files);
  if (hex?.length !== 2 * METADATA_BYTES) return null;
  const number = Buffer.from(hex, 'hex').readBigUInt64LE(16);
  return number === NO_FRAME ? null : number;
}

/** Removes a replica, but for its lock. */
export function removeReplica({ database, wal, metadata, note }: ReplicaFiles): void {
  try {
    // These last: without them, the database would be taken for one of somebody else.
    for (const file of [wal, `${database}-shm`, database, metadata, note]) fs.rmSync(file, { force: true });
  } catch (error) {
    throw fileError(error, database);
  }
}

/** Of the metadata: the log's identity (16), the number of the latest frame (8), and 8 that are not used. */
const METADATA_BYTES = 32;
const NO_FRAME = 2n ** 64n - 1n;

function readMetadata({ metadata }: ReplicaFiles): string | null {
  return isFile(metadata) ? fs.readFileSync(metadata).toString('hex') : null;
}

function metadataOf({ log, mark }: Note): Buffer {
  const bytes = Buffer.alloc(METADATA_BYTES);
  // A 128-bit number, the lowest byte first.
  Buffer.from(log.replaceAll('-', ''), 'hex').reverse().copy(bytes);
  bytes.writeBigUInt64LE(mark?.frameNo ?? NO_FRAME, 16);
  return bytes;
}
