import fs from 'node:fs';

/** The number of bytes of a file read at once. */
export const PIECE = 1 << 20;

/** Yields the bytes of a file in pieces. Each is valid until the next one. */
export function* readPieces(file: string): Generator<Buffer> {
  const handle = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(PIECE);
    for (let count; (count = fs.readSync(handle, buffer)) > 0;) yield buffer.subarray(0, count);
  } finally {
    fs.closeSync(handle);
  }
}
