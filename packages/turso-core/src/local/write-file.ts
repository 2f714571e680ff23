import fs from 'node:fs';

/** Bytes collected before they are written. */
const BUFFER = 1 << 20;

/** Writes pieces to a new file, whatever their number and size, with little memory. */
export function writePieces(file: string, pieces: Iterable<Buffer | string>): void {
  const handle = fs.openSync(file, 'w');
  const buffer = Buffer.allocUnsafe(BUFFER);
  let used = 0;
  const flush = (): void => {
    writeAll(handle, buffer.subarray(0, used));
    used = 0;
  };
  try {
    for (const piece of pieces) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      if (used + bytes.byteLength > BUFFER) flush();
      if (bytes.byteLength > BUFFER) writeAll(handle, bytes);
      else used += bytes.copy(buffer, used);
    }
    flush();
  } finally {
    fs.closeSync(handle);
  }
}

// A disk that fills up in the middle takes a part, and says so only at the next call.
function writeAll(handle: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.byteLength;) at += fs.writeSync(handle, bytes, at);
}
