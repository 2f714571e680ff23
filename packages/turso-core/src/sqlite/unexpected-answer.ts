import { TursoSyncError } from '../errors';
import type { Encoding, SqlValue } from './values/values';

/** Returns the row of a query that always has exactly one. Throws REMOTE_NOT_LIBSQL if a server gave another answer. */
export function onlyRow(rows: readonly SqlValue[][]): SqlValue[] {
  const [row] = rows;
  if (row === undefined || rows.length > 1) throw unexpectedAnswer(`${rows.length} rows instead of one`);
  return row;
}

/** Returns a value as a whole number, within the range of exact ones. Throws REMOTE_NOT_LIBSQL. */
export function wholeNumber(value: SqlValue | undefined): number {
  const number = Number(typeof value === 'bigint' ? value : NaN);
  if (!Number.isSafeInteger(number)) throw unexpectedAnswer('no whole number');
  return number;
}

/** Returns a value as text. Throws REMOTE_NOT_LIBSQL. */
export function textOf(value: SqlValue | undefined): string {
  if (typeof value !== 'string') throw unexpectedAnswer('no text');
  return value;
}

/** Returns a text of digits as an integer of any size that SQLite has. Throws REMOTE_NOT_LIBSQL. */
export function integerOf(value: SqlValue | undefined): bigint {
  const text = textOf(value);
  if (!/^-?\d{1,19}$/.test(text)) throw unexpectedAnswer('no digits');
  return BigInt(text);
}

/** Returns a value as the name of an encoding. Throws REMOTE_NOT_LIBSQL. */
export function encodingOf(value: SqlValue | undefined): Encoding {
  const encoding = (['UTF-8', 'UTF-16le', 'UTF-16be'] as const).find((name) => name === value);
  if (encoding === undefined) throw unexpectedAnswer('no encoding');
  return encoding;
}

/** Returns the error for an answer that no SQL server would give. */
export function unexpectedAnswer(what: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_NOT_LIBSQL',
    `The remote does not answer like a libSQL server: ${what}.`,
    {
      hint: 'Check the database URL, and the proxies in between.',
    },
  );
}
