import fs from 'node:fs';
import { notePassed } from '../../passed-bytes';
import { readInto } from '../../sqlite/files/read-bytes';
import { writeBytes } from '../../sqlite/files/write-bytes';
import type { RowsInJson } from './row-blobs';

/** The most bytes of rendered rows in a file. */
const LARGEST = 512_000_000;

/** Keeps rendered rows too large for memory. To render them again takes far longer than to read a file. */
export interface PieceFile {
  /**
   * Returns the same piece, with its text and BLOBs read from the file at each access. Null if the file does not take
   * it. After an error, all further pieces are refused too.
   */
  keep<T extends RowsInJson>(piece: T): T | null;
  /** Forgets all pieces. */
  close(): void;
}

/**
 * Makes a file for pieces once the first one comes. The file has no name from then on, so nothing is left of it.
 *
 * @param place - returns the name of a file that does not exist yet.
 */
export function pieceFile(place: () => string): PieceFile {
  let handle: number | null | undefined;
  let end = 0;
  const write = (bytes: Uint8Array): (() => Uint8Array<ArrayBuffer>) => {
    handle ??= openUnnamed(place());
    const [file, start, length] = [handle, end, bytes.byteLength];
    writeBytes(file, bytes, start);
    end += length;
    return () => readAll(file, start, length);
  };
  return {
    keep(piece) {
      const { text, blobs } = piece;
      // Variables used in the getters stay in memory with them.
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
        // The disk is full, or the folder is not writable. Rows are rendered again instead, and pieces already kept are
        // readable.
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
  if (readInto(file, start, bytes) < length) throw new Error('A temporary file was cut short');
  return bytes;
}
