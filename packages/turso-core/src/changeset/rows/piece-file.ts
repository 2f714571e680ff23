import fs from 'node:fs';
import { notePassed } from '../../passed-bytes';
import type { RowsInJson } from './row-blobs';

/** Bytes of rendered rows that a file takes, at most. */
const LARGEST = 512_000_000;

/** Keeps rendered rows that are too much for memory, since rendering them again takes far longer than reading a file. */
export interface PieceFile {
  /**
   * Returns the same piece, whose text and BLOBs are read from the file whenever they are asked for; null if the file does not take
   * it. All further pieces are refused too, then.
   */
  keep<T extends RowsInJson>(piece: T): T | null;
  /** Forgets all pieces. */
  close(): void;
}

/**
 * Makes a file for pieces once the first one comes. It has no name from then on, so that nothing is left of it.
 *
 * @param place - names a file that is not there yet.
 */
export function pieceFile(place: () => string): PieceFile {
  let handle: number | null | undefined;
  let end = 0;
  const write = (bytes: Uint8Array): (() => Uint8Array<ArrayBuffer>) => {
    handle ??= openUnnamed(place());
    const [file, start, length] = [handle, end, bytes.byteLength];
    for (let at = 0; at < length;) at += fs.writeSync(file, bytes, at, length - at, start + at);
    end += length;
    return () => readAll(file, start, length);
  };
  return {
    keep(piece) {
      const { text, blobs } = piece;
      // What the getters name stays in memory with them.
      const columns = blobs?.columns ?? null;
      const all = [Buffer.from(text), ...(blobs?.bytes ?? [])];
      const size = all.reduce((sum, { byteLength }) => sum + byteLength, 0);
      if (handle === null || end + size > LARGEST) return null;
      try {
        const [readText, ...readBlobs] = all.map(write);
        return Object.defineProperties(
          { ...piece },
          {
            text: { get: () => Buffer.from(readText?.().buffer ?? new ArrayBuffer(0)).toString() },
            blobs: { get: () => columns && { columns, bytes: readBlobs.map((read) => read()) } },
          },
        );
      } catch {
        // A full disk, or a folder that cannot be written to: rows are rendered again instead. What was kept can still be read.
        end = LARGEST;
        return null;
      }
    },
    close() {
      if (typeof handle === 'number') fs.closeSync(handle);
      handle = null;
    },
  };
}

function openUnnamed(file: string): number {
  const handle = fs.openSync(file, 'wx+', 0o600);
  fs.rmSync(file, { force: true });
  return handle;
}

function readAll(file: number, start: number, length: number): Uint8Array<ArrayBuffer> {
  notePassed(length);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = fs.readSync(file, bytes, at, length - at, start + at);
    if (read === 0) throw new Error('A temporary file was cut short');
    at += read;
  }
  return bytes;
}
