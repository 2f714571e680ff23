import { RawText, type SqlValue } from './values';

/** A name as an SQL identifier. Double quotes are the standard's, and stand even where the name is a keyword or empty. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string as an SQL literal. Text with NUL or CR has no literal form in the `sqlite3` shell: see {@link quoteValue}. */
export function quoteString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A value as an SQL literal that stock SQLite reads back to the same storage class and bits. */
export function quoteValue(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return quoteInteger(value);
  if (typeof value === 'number') return quoteReal(value);
  if (typeof value === 'string') return quoteText(value);
  if (value instanceof RawText) return `CAST(${quoteBlob(value.bytes)} AS TEXT)`;
  return quoteBlob(value);
}

function quoteInteger(value: bigint): string {
  // -9223372036854775808 is parsed as the negation of a number that does not fit, hence as a REAL.
  return value === -9223372036854775808n ? '(-9223372036854775807-1)' : value.toString();
}

function quoteReal(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '9e999' : '-9e999';
  if (value === 0 || Math.abs(value) > TINY) return exactReal(value);
  return `(${exactReal(value * POWER)}/${exactReal(POWER)})`;
}

/**
 * Below this, SQLite before 3.43 reads some decimals one bit off; as a quotient by a power of two they arrive exactly.
 */
export const TINY = 1e-280;

/** The power of two for {@link TINY} numbers. */
export const POWER = 2 ** 200;

/**
 * A finite double with the 17 digits that SQLite reads back to the same bits. The shortest form that JavaScript prints is
 * not enough: SQLite 3.43 to 3.46 reads one or two of 10,000 of those one bit off.
 */
export function exactReal(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : value.toExponential(16);
}

function quoteBlob(bytes: Uint8Array): string {
  return `x'${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}'`;
}

// The sqlite3 shell reads a statement as a C string, and drops a CR at the end of a line. So both are put in by
// functions, in any encoding of the database. A chain of || would meet the limit on the depth of expressions, hence
// stand-in characters that the text does not hold.
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
