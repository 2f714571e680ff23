import { realCase } from './real-case';

/** Bytes of a value beyond which it is left to other ways, so that many rows can be rendered at once. */
const LARGE = 10_000;

/** Stands in a rendered row for a value that JSON cannot hold exactly; JSON escapes it everywhere else. */
export const UNRENDERED = '\u0001';

/** Stands in front of a BLOB that is rendered beside the row; see {@link blobCell}. */
export const BLOB_LENGTH = '\u0002';

/** Stands for a BLOB in a column without {@link blobCell}, in front of what the column is called. */
export const BLOB_IN = '\u0003';

/** The blank in front of a rendered REAL. JSON allows it there, and escapes it in strings. */
export const REAL = '\t';

/** The blank in front of an INTEGER that a double does not hold. */
export const LONG_INTEGER = '\r';

/** The blanks in front of the second cell of a value that is no BLOB, with what stands around them. */
export const NO_LENGTH = ',\r\rnull';

/** How numbers are told that readers of JSON take for others. */
export interface Numbers {
  /** What stands around a REAL. */
  readonly real: readonly [head: string, tail: string];
  /** An infinite REAL. */
  readonly infinity: string;
  /** An SQL expression of an INTEGER that a double does not hold. */
  readonly long: (column: string) => string;
}

/** Numbers as SQLite reads them: {@link REAL} and {@link LONG_INTEGER} stand in front. */
const MARKED: Numbers = {
  real: [REAL, ''],
  infinity: '9e999',
  long: (column) => `char(13)||${column}`,
};

/** Numbers as `changes.json` has them: see `docs/plan.md`. */
export const TAGGED: Numbers = {
  real: ['{"real":"', '"}'],
  infinity: 'Infinity',
  long: (column) => `'{"integer":"'||${column}||'"}'`,
};

/** How a value is rendered. */
export interface CellForm {
  /** Default is as SQLite reads numbers. */
  readonly numbers?: Numbers | undefined;
  /** The storage class that most values of the column have: the others are looked for later. Default is text. */
  readonly mostly?: 'text' | 'integer' | 'real';
}

/**
 * An SQL expression that gives a column's value as JSON that SQLite reads back to the same storage class and bits, or
 * {@link UNRENDERED}. Doubles have 18 digits: see {@link exactReal}.
 *
 * @param name - a number that {@link BLOB_IN} tells the column by.
 */
export function jsonCell(column: string, name: number, form: CellForm = {}): string {
  return `CASE typeof(${column}) ${plainCases(column, form)}
    WHEN 'blob' THEN ${unlessLarge(column, `char(3)||'${name}'`)} ELSE char(1) END`;
}

/**
 * The same as two cells, instead of which {@link BLOB_LENGTH}, the number of those that it is among, a colon and its length stand if the
 * value is a BLOB.
 */
export function blobCell(column: string, among: number, form: CellForm = {}): string {
  const length = `char(2)||'${among}:'||octet_length(${column})`;
  return `CASE typeof(${column}) WHEN 'blob' THEN ${unlessLarge(column, length)}
    ELSE (CASE typeof(${column}) ${plainCases(column, form)} ELSE char(1) END)||','||char(13,13)||'null' END`;
}

/** An SQL expression that gives the bytes of a BLOB that {@link blobCell} renders, and no bytes for all else. */
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
