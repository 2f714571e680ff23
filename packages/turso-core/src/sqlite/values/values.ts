import { TextDecoder } from 'node:util';

/**
 * One exact SQLite value, with a type for each storage class. INTEGER is always a bigint and REAL always a number,
 * because 1 and 1.0 differ. TEXT is a string, or {@link RawText} if its bytes are invalid. BLOB is a Uint8Array.
 *
 * @see https://sqlite.org/datatype3.html#storage_classes_and_datatypes
 */
export type SqlValue = null | bigint | number | string | Uint8Array | RawText;

/** TEXT with bytes that are invalid in the database's encoding. No JavaScript string can hold it. */
export class RawText {
  /** The stored bytes, in the encoding of the database. */
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** The encoding of a database's TEXT, in the words of `PRAGMA encoding`. */
export type Encoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be';

const decoders: Record<Encoding, TextDecoder> = {
  'UTF-8': new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }),
  'UTF-16le': new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true }),
  'UTF-16be': new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true }),
};

/**
 * Decodes stored bytes to a string, or to {@link RawText} if they are invalid in that encoding. Bytes with U+FFFE or
 * U+FFFF in UTF-16 also become {@link RawText}: SQLite would turn these two characters into U+FFFD.
 */
export function decodeText(bytes: Uint8Array, encoding: Encoding): string | RawText {
  try {
    const text = decoders[encoding].decode(bytes);
    return encoding !== 'UTF-8' && /[\uFFFE\uFFFF]/.test(text) ? new RawText(bytes) : text;
  } catch {
    return new RawText(bytes);
  }
}

/** Checks whether two values have the same storage class and the same bits: 1 is not 1.0, and 0.0 is not -0.0. */
export function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof RawText) return b instanceof RawText && Buffer.compare(a.bytes, b.bytes) === 0;
  return Object.is(a, b);
}

/** Checks whether two rows of the same columns have the same values. */
export function sameRow(a: readonly SqlValue[], b: readonly SqlValue[]): boolean {
  return a.length === b.length && a.every((value, i) => sameValue(value, b[i] as SqlValue));
}

/** Returns the size of a value in bytes, in a UTF-8 database; NULL and numbers count as 8. */
export function byteSize(value: SqlValue): number {
  if (value === null || typeof value === 'bigint' || typeof value === 'number') return 8;
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.byteLength : value.bytes.byteLength;
}

/** Returns the size of all values of a row together, in bytes. */
export function rowSize(row: readonly SqlValue[]): number {
  return row.reduce<number>((sum, value) => sum + byteSize(value), 0);
}
