import { TextDecoder } from 'node:util';

/**
 * One SQLite value, exactly, each storage class as a type of its own: INTEGER is always a bigint, REAL always a number
 * (1 and 1.0 differ), TEXT a string, or {@link RawText} where its bytes are no valid text, BLOB a Uint8Array.
 *
 * @see https://sqlite.org/datatype3.html#storage_classes_and_datatypes
 */
export type SqlValue = null | bigint | number | string | Uint8Array | RawText;

/** TEXT whose bytes are not valid in the database's encoding, so that no JavaScript string can hold it. */
export class RawText {
  /** The bytes as stored, in the encoding of the database. */
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** The encoding of a database's TEXT, as `PRAGMA encoding` names it. */
export type Encoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be';

const decoders: Record<Encoding, TextDecoder> = {
  'UTF-8': new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }),
  'UTF-16le': new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true }),
  'UTF-16be': new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true }),
};

/**
 * The text that stored bytes stand for: a string, or {@link RawText} where they are not valid in that encoding, or hold
 * the two characters that SQLite does not let into a UTF-16 database (U+FFFE and U+FFFF would become U+FFFD).
 */
export function decodeText(bytes: Uint8Array, encoding: Encoding): string | RawText {
  try {
    const text = decoders[encoding].decode(bytes);
    return encoding !== 'UTF-8' && /[\uFFFE\uFFFF]/.test(text) ? new RawText(bytes) : text;
  } catch {
    return new RawText(bytes);
  }
}

/** Whether two values are the same by storage class and by bits: 1 is not 1.0, 0.0 is not -0.0. */
export function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof RawText) return b instanceof RawText && Buffer.compare(a.bytes, b.bytes) === 0;
  return Object.is(a, b);
}

/** Whether two rows of the same columns are the same in every value. */
export function sameRow(a: readonly SqlValue[], b: readonly SqlValue[]): boolean {
  return a.length === b.length && a.every((value, i) => sameValue(value, b[i] as SqlValue));
}

/** How many bytes a value takes, in a UTF-8 database; numbers count as 8. */
export function byteSize(value: SqlValue): number {
  if (value === null || typeof value === 'bigint' || typeof value === 'number') return 8;
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.byteLength : value.bytes.byteLength;
}

/** How many bytes the values of a row take together. */
export function rowSize(row: readonly SqlValue[]): number {
  return row.reduce<number>((sum, value) => sum + byteSize(value), 0);
}
