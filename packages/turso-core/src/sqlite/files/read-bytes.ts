import fs from 'node:fs';

/** Returns the bytes at a place of an open file, or as many of them as it has. */
export function readBytes(handle: number, at: number, length: number): Buffer {
  if (at < 0) return Buffer.alloc(0);
  const bytes = Buffer.allocUnsafe(length);
  return bytes.subarray(0, readInto(handle, at, bytes));
}

/** Fills a buffer from a place of an open file. Returns the number of bytes the file had. */
export function readInto(handle: number, at: number, into: Uint8Array): number {
  let done = 0;
  for (let count = -1; done < into.byteLength && count !== 0; done += count)
    count = fs.readSync(handle, into, done, into.byteLength - done, at + done);
  return done;
}
