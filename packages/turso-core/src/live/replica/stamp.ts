import fs from 'node:fs';
import { systemCode } from '../../errors';

/** The main file of a database from outside: its identity, its size, and the time of its last write. */
export interface FileStamp {
  readonly inode: bigint;
  readonly size: bigint;
  readonly modifiedNs: bigint;
}

/**
 * The committed part of a write-ahead log: its salts, and SQLite's running checksum of its last frame. A restarted log
 * has new salts.
 */
export interface WalStamp {
  readonly salts: readonly [number, number];
  readonly frames: number;
  readonly checksum: readonly [number, number];
}

/** A missing log, or one without commits. */
export const NO_WAL: WalStamp = { salts: [0, 0], frames: 0, checksum: [0, 0] };

const PAGE = 4096;
const WAL_HEADER = 32;
const FRAME_HEADER = 24;

/** Returns the stamp of a file, or null if it is missing. Does not open it: that would release SQLite's locks on it. */
export function fileStamp(file: string): FileStamp | null {
  const stats = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats?.isFile() === true ? { inode: stats.ino, size: stats.size, modifiedNs: stats.mtimeNs } : null;
}

/**
 * Returns the stamp of a write-ahead log. If the log still begins with `since`, this only reads the frames after it.
 */
export function walStamp(file: string, since: WalStamp): WalStamp {
  return withFile(file, NO_WAL, (handle) => {
    const header = read(handle, WAL_HEADER, 0);
    if (header === null) return NO_WAL;
    const salts = pair(header, 16);
    let stamp = since.frames > 0 && isIn(handle, since) ? since : { ...NO_WAL, salts };
    for (let index = stamp.frames; ; index++) {
      const frame = read(handle, FRAME_HEADER, offsetOf(index));
      if (frame === null || !isSame(pair(frame, 8), salts)) break;
      // Frames of an abandoned transaction stay in the file, without a last one.
      if (frame.readUInt32BE(4) !== 0) stamp = { salts, frames: index + 1, checksum: pair(frame, 16) };
    }
    return stamp.frames === 0 ? NO_WAL : stamp;
  });
}

/** Checks whether a write-ahead log begins with this stamp. */
export function beginsWith(file: string, stamp: WalStamp): boolean {
  return withFile(file, stamp.frames === 0, (handle) => isIn(handle, stamp));
}

/** Checks whether two stamps are equal. */
export function isSameWal(a: WalStamp, b: WalStamp): boolean {
  return a.frames === b.frames && isSame(a.salts, b.salts) && isSame(a.checksum, b.checksum);
}

/** Returns the length in bytes of the stamped part of the file. */
export function walLength({ frames }: WalStamp): number {
  return frames === 0 ? 0 : offsetOf(frames);
}

function isIn(handle: number, { salts, frames, checksum }: WalStamp): boolean {
  if (frames === 0) return true;
  const header = read(handle, WAL_HEADER, 0);
  const last = read(handle, FRAME_HEADER, offsetOf(frames - 1));
  if (header === null || last === null) return false;
  return isSame(pair(header, 16), salts) && isSame(pair(last, 8), salts) && isSame(pair(last, 16), checksum);
}

function offsetOf(frame: number): number {
  return WAL_HEADER + frame * (FRAME_HEADER + PAGE);
}

function pair(bytes: Buffer, at: number): [number, number] {
  return [bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4)];
}

function isSame(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function read(handle: number, length: number, position: number): Buffer | null {
  const bytes = Buffer.alloc(length);
  return fs.readSync(handle, bytes, 0, length, position) === length ? bytes : null;
}

// SQLite's locks are not on the write-ahead log, so opening it is safe.
function withFile<T>(file: string, absent: T, work: (handle: number) => T): T {
  let handle: number;
  try {
    handle = fs.openSync(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return absent;
    throw error;
  }
  try {
    return work(handle);
  } finally {
    fs.closeSync(handle);
  }
}
