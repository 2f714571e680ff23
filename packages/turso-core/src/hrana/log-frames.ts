import { readMessage } from './encodings/protobuf-fields';
import { FRAME } from './hello';

/**
 * A frame of the log, with the running checksum of all frames up to it. Two histories with the same one are identical
 * so far.
 */
export interface Mark {
  readonly frameNo: bigint;
  /** 16 hexadecimal digits. */
  readonly checksum: string;
}

/** The state of a page after a transaction. */
export interface LogFrame extends Mark {
  readonly page: number;
  /** The database's number of pages if the frame ends a transaction; otherwise 0. */
  readonly sizeAfter: number;
  readonly data: Uint8Array;
}

/** Bytes of a page; libSQL's log knows no other size. */
export const LOG_PAGE = 4096;

/** Bytes before a page: number, checksum, page number, and size after. */
const PAGE_AT = 24;

/**
 * Maximum bytes of a message: a frame, or trailers. A larger one is refused at once, because waiting for it would take
 * memory.
 */
const LARGEST = 65_536;

/** Reads a frame. Throws a RangeError for anything else. */
export function readFrame(message: Uint8Array): LogFrame {
  const bytes = readMessage(message, (fields) => {
    for (let tag; (tag = fields.next()) > 0;) if (tag === 1) return fields.bytes();
    throw new RangeError('A frame without content.');
  });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const page = view.getUint32(16, true);
  if (page === 0 || bytes.byteLength !== PAGE_AT + LOG_PAGE) throw new RangeError('A frame without a page.');
  return {
    frameNo: view.getBigUint64(0, true),
    checksum: view.getBigUint64(8, true).toString(16).padStart(16, '0'),
    page,
    sizeAfter: view.getUint32(20, true),
    data: bytes.subarray(PAGE_AT),
  };
}

/** Splits a gRPC-web stream into its messages, as they arrive. Throws a RangeError for one that is too large. */
export async function* messagesIn(
  body: AsyncIterable<Uint8Array>,
): AsyncIterable<{ flag: number; content: Uint8Array }> {
  let unread = Buffer.alloc(0);
  for await (const chunk of body) {
    unread = Buffer.concat([unread, chunk]);
    while (unread.byteLength >= FRAME) {
      const end = FRAME + unread.readUInt32BE(1);
      if (end > LARGEST) throw new RangeError('A message is too large.');
      if (unread.byteLength < end) break;
      yield { flag: unread.readUInt8(0), content: unread.subarray(FRAME, end) };
      unread = unread.subarray(end);
    }
  }
}
