import { RawText, type SqlValue } from './values';

/** Quotes a name as an SQL identifier. Double quotes are the standard's, and work even for keywords and empty names. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Quotes a string as an SQL literal. Text with NUL or CR has no literal form in the `sqlite3` shell: see
 * {@link quoteValue}.
 */
export function quoteString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Quotes a value as an SQL literal that stock SQLite reads back to the same storage class and bits. */
export function quoteValue(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return quoteInteger(value);
  if (typeof value === 'number') return quoteReal(value);
  if (typeof value === 'string') return quoteText(value);
  if (value instanceof RawText) return `CAST(${quoteBlob(value.bytes)} AS TEXT)`;
  return quoteBlob(value);
}

/** Quotes the values of a row as SQL literals, with commas between them. */
export function quoteValues(row: readonly SqlValue[]): string {
  return row.map(quoteValue).join();
}

function quoteInteger(value: bigint): string {
  // -9223372036854775808 is parsed as the negation of a number that does not fit, and so as a REAL.
  return value === -9223372036854775808n ? '(-9223372036854775807-1)' : value.toString();
}

function quoteReal(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '9e999' : '-9e999';
  if (value === 0 || Math.abs(value) > TINY) return exactReal(value);
  return `(${exactReal(value * POWER)}/${exactReal(POWER)})`;
}

/**
 * The limit below which SQLite before 3.43 reads some decimals one bit off. As a quotient by a power of two they arrive
 * exactly.
 */
export const TINY = 1e-280;

/** The power of two for {@link TINY} numbers. */
export const POWER = 2 ** 200;

/**
 * Returns a finite double with the 17 digits that SQLite reads back to the same bits. JavaScript's shortest form is not
 * enough: SQLite 3.43 to 3.46 reads one or two of 10,000 of those one bit off.
 */
export function exactReal(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : value.toExponential(16);
}

function quoteBlob(bytes: Uint8Array): string {
  return `x'${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}'`;
}

// The sqlite3 shell reads a statement as a C string, and drops a CR at the end of a line. For this reason functions
// insert both, in any encoding of the database. A chain of || would meet the limit on the depth of expressions.
// Instead, characters missing from the text stand in for them.
function quoteText(text: string): string {
  if (!text.includes('\0') && !text.includes('\r')) return quoteString(text);
  const special = ['\0', '\r'].filter((character) => text.includes(character));
  let standIn = 0xdfff;
  let literal = text;
  const calls = special.map((character) => {
    do standIn++;
    while (text.includes(String.fromCodePoint(standIn)));
    literal = literal.replaceAll(character, String.fromCodePoint(standIn));
    return `,char(${standIn}),char(${character.charCodeAt(0)}))`;
  });
  return `${'replace('.repeat(calls.length)}${quoteString(literal)}${calls.join('')}`;
}
