import { realCase } from './real-case';

/**
 * The largest value to render, in bytes. Larger ones are left to other ways, because many rows are rendered at once.
 */
const LARGE = 10_000;

/** The placeholder in a rendered row for a value that JSON cannot hold exactly; JSON escapes it everywhere else. */
export const UNRENDERED = '\u0001';

/** The character before a BLOB rendered beside the row; see {@link blobCell}. */
export const BLOB_LENGTH = '\u0002';

/** The placeholder for a BLOB in a column without {@link blobCell}, before the column's number. */
export const BLOB_IN = '\u0003';

/** The blank before a rendered REAL. JSON allows it there, and escapes it in strings. */
export const REAL = '\t';

/** The blank before an INTEGER that a double cannot hold. */
export const LONG_INTEGER = '\r';

/** The blanks before the second cell of a value other than a BLOB, with the text around them. */
export const NO_LENGTH = ',\r\rnull';

/** The forms of numbers that JSON readers would misread. */
export interface Numbers {
  /** The text around a REAL. */
  readonly real: readonly [head: string, tail: string];
  /** An infinite REAL. */
  readonly infinity: string;
  /** Returns an SQL expression for an INTEGER that a double cannot hold. */
  readonly long: (column: string) => string;
}

/** Numbers in the form for SQLite, after {@link REAL} or {@link LONG_INTEGER}. */
const MARKED: Numbers = {
  real: [REAL, ''],
  infinity: '9e999',
  long: (column) => `char(13)||${column}`,
};

/** Numbers in the form of `changes.json`: see `docs/plan.md`. */
export const TAGGED: Numbers = {
  real: ['{"real":"', '"}'],
  infinity: 'Infinity',
  long: (column) => `'{"integer":"'||${column}||'"}'`,
};

/** The form of a rendered value. */
export interface CellForm {
  /** The form of numbers. Default is the form for SQLite. */
  readonly numbers?: Numbers | undefined;
  /** The storage class of most values in the column, checked before the others. Default is text. */
  readonly mostly?: 'text' | 'integer' | 'real';
}

/**
 * Returns an SQL expression for a column's value as JSON, or for {@link UNRENDERED}. SQLite reads the JSON back to the
 * same storage class and bits. Doubles have 18 digits: see {@link exactReal}.
 *
 * @param name - the column's number for {@link BLOB_IN}.
 */
export function jsonCell(column: string, name: number, form: CellForm = {}): string {
  return `CASE typeof(${column}) ${plainCases(column, form)}
    WHEN 'blob' THEN ${unlessLarge(column, `char(3)||'${name}'`)} ELSE char(1) END`;
}

/**
 * Returns the same as two cells. For a BLOB, {@link BLOB_LENGTH}, the number of its group, a colon and its length
 * replace these.
 *
 * @param among - the number of the BLOB's group.
 */
export function blobCell(column: string, among: number, form: CellForm = {}): string {
  const length = `char(2)||'${among}:'||octet_length(${column})`;
  return `CASE typeof(${column}) WHEN 'blob' THEN ${unlessLarge(column, length)}
    ELSE (CASE typeof(${column}) ${plainCases(column, form)} ELSE char(1) END)||','||char(13,13)||'null' END`;
}

/** Returns an SQL expression for the bytes of a BLOB rendered by {@link blobCell}, and for no bytes otherwise. */
export function blobBytes(column: string): string {
  return `iif(typeof(${column})='blob',${unlessLarge(column, column, `''`)},'')`;
}

function unlessLarge(column: string, expression: string, other = 'char(1)'): string {
  return `iif(octet_length(${column})>${LARGE},${other},${expression})`;
}

function plainCases(column: string, { numbers = MARKED, mostly = 'text' }: CellForm): string {
  const {
    real: [head, tail],
    infinity,
    long,
  } = numbers;
  const other = 'char(1)';
  const real = (text: string): string => `'${head}${text}${tail}'`;
  const isShort = `${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;
  const double = realCase(column, {
    normal: `format('${head}%!.17e${tail}',${column})`,
    zero: real('0.0'),
    negativeZero: other,
    tiny: other,
    infinite: real(infinity),
    negativeInfinite: real(`-${infinity}`),
  });
  const cases = {
    text: unlessLarge(column, `json_quote(${column})`),
    integer: `iif(${isShort},${column},${long(column)})`,
    null: "'null'",
    real: double,
  };
  return Object.entries({ [mostly]: cases[mostly], ...cases })
    .map(([storageClass, cell]) => `WHEN '${storageClass}' THEN ${cell}`)
    .join(' ');
}
