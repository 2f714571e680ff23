import fs from 'node:fs';

/** Returns the bytes at a place of an open file, or as many of them as it has. */
export function readBytes(handle: number, at: number, length: number): Buffer {
  if (at < 0) return Buffer.alloc(0);
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  for (let count = -1; done < length && count !== 0; done += count)
    count = fs.readSync(handle, bytes, done, length - done, at + done);
  return bytes.subarray(0, done);
}
