import fs from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { writeBytes } from './write-bytes';

/** The number of characters to collect before writing them. */
const BUFFER = 1 << 18;

/** Makes the buffer for encoded text. One serves all pieces of a file, because new memory costs more than encoding. */
const newBuffer = (): Uint8Array => Buffer.allocUnsafeSlow(BUFFER * 4);

const encoder = new TextEncoder();

/** A new file written in many pieces. */
export interface PieceWriter {
  /** Returns whether this call wrote to the file. */
  write(piece: Uint8Array | string): boolean;
  /** Writes the rest, and closes the file. */
  end(): void;
  /** Closes the file in its present state. Does nothing after {@link end}. */
  abandon(): void;
}

/** Opens a new file for pieces of any number and size. It holds data, so only its user may read it. */
function openPieceWriter(file: string, onBytes?: (written: number) => void): PieceWriter {
  let handle: number | null = fs.openSync(file, 'w', 0o600);
  let text = '';
  let encoded: Uint8Array | undefined;
  let done = 0;
  const put = (bytes: Uint8Array): void => {
    writeBytes(handle ?? -1, bytes);
    onBytes?.((done += bytes.length));
  };
  const flush = (): void => {
    for (let at = 0; at < text.length;) {
      const { read, written } = encoder.encodeInto(
        at === 0 ? text : text.slice(at),
        (encoded ??= newBuffer()),
      );
      put(encoded.subarray(0, written));
      at += read;
    }
    text = '';
  };
  const abandon = (): void => {
    if (handle !== null) fs.closeSync(handle);
    handle = null;
  };
  return {
    write(piece) {
      if (typeof piece === 'string') {
        text += piece;
        if (text.length < BUFFER) return false;
        flush();
      } else {
        flush();
        put(piece);
      }
      return true;
    },
    end() {
      flush();
      abandon();
    },
    abandon,
  };
}

/**
 * Writes pieces to a new file with little memory, and lets other work of this process run in between. Reports the number
 * of bytes written.
 */
export function writePieces(
  file: string,
  pieces: Iterable<string> | AsyncIterable<string>,
  onBytes?: (written: number) => void,
): Promise<void> {
  const write = async (writer: Pick<PieceWriter, 'write'>): Promise<void> => {
    if (Symbol.asyncIterator in pieces) for await (const piece of pieces) writer.write(piece);
    else for (const piece of pieces) if (writer.write(piece)) await setImmediate();
  };
  return withPieceWriter(file, write, onBytes);
}

/** Runs work with a new file to write to, and closes it, even if the work fails. */
export async function withPieceWriter(
  file: string,
  work: (writer: Pick<PieceWriter, 'write'>) => Promise<void>,
  onBytes?: (written: number) => void,
): Promise<void> {
  const writer = openPieceWriter(file, onBytes);
  try {
    await work(writer);
    writer.end();
  } finally {
    writer.abandon();
  }
}
