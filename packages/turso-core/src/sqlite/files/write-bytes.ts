import fs from 'node:fs';

/**
 * Writes all bytes to an open file, at a place or at the current one. If the disk fills up, a call of the system writes
 * a part, and only the next one fails.
 */
export function writeBytes(handle: number, bytes: Uint8Array, at: number | null = null): void {
  for (let done = 0; done < bytes.byteLength;)
    done += fs.writeSync(handle, bytes, done, bytes.byteLength - done, at === null ? null : at + done);
}
