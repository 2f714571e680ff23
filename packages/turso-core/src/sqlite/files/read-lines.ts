import fs from 'node:fs';

/** A line of a file, and the offset of the next one. */
export interface Line {
  readonly line: string;
  readonly next: number;
}

/** The number of bytes read at once. */
const PIECE = 1 << 18;

/**
 * Yields the lines of a text file from an offset on, one by one, for files of any size. Lines may end as on Windows,
 * because git can convert them.
 */
export function* readLines(file: string, offset = 0): Generator<Line> {
  const handle = fs.openSync(file, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let start = offset;
    for (let at = offset; ;) {
      const piece = Buffer.allocUnsafe(PIECE);
      const read = fs.readSync(handle, piece, 0, PIECE, at);
      if (read === 0) break;
      at += read;
      rest = rest.length === 0 ? piece.subarray(0, read) : Buffer.concat([rest, piece.subarray(0, read)]);
      let from = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, from)) {
        const line = rest.toString('utf8', from, rest[end - 1] === 13 ? end - 1 : end);
        start += end + 1 - from;
        from = end + 1;
        yield { line, next: start };
      }
      rest = rest.subarray(from);
    }
    if (rest.length > 0) yield { line: rest.toString('utf8'), next: start + rest.length };
  } finally {
    fs.closeSync(handle);
  }
}
