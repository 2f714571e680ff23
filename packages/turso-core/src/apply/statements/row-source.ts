import type { Condition } from '../../changeset/rows/key-span';
import { valuesInJson, type RowsInJson } from '../../changeset/rows/row-blobs';
import type { Statement } from '../../sqlite/statement';
import { bindValues } from '../../sqlite/values/bind';
import type { SqlValue } from '../../sqlite/values/values';

/** Rows as a common table expression `r(c0, c1, ..)`, for one statement. */
export interface RowSource {
  /** `WITH r(..) AS (..)`. */
  readonly sql: string;
  readonly args: readonly SqlValue[];
  readonly count: number;
  /**
   * Set if the rows are one JSON text: returns the same source, reading the text and its BLOBs from SQL expressions.
   */
  readonly readingFrom?: (values: readonly string[]) => string;
}

/** Returns a statement on the rows `r` of a source. */
export function onRows({ sql, args, readingFrom }: RowSource, rest: string): Statement {
  const statement = { sql: `${sql} ${rest}`, args };
  return readingFrom === undefined
    ? statement
    : { ...statement, readingFrom: (values) => `${readingFrom(values)} ${rest}` };
}

/** Returns a source that SQLite first puts into a table of its own. */
export function materialized({ readingFrom, ...source }: RowSource): RowSource {
  const once = (sql: string): string =>
    sql.replace(/^WITH r(\([^)]*\))? AS \(/, 'WITH r$1 AS MATERIALIZED (');
  return {
    ...{ ...source, sql: once(source.sql) },
    ...(readingFrom === undefined
      ? {}
      : { readingFrom: (rows: Parameters<typeof readingFrom>[0]) => once(readingFrom(rows)) }),
  };
}

/**
 * Checks whether to take rows out of the JSON text once, at the cost of one more step for each. SQLite renders an
 * element again for each use of its name. Many columns would take several times as long.
 */
export function isTakenOutOnce(width: number): boolean {
  return width >= WIDE;
}

const WIDE = 8;

/** Returns a source of rows as one JSON text and their BLOBs. */
export function jsonRows(width: number, { text, count, blobs }: RowsInJson): RowSource {
  // The statement lives on after its values have left memory.
  const beside = { columns: blobs?.columns ?? [] };
  const readingFrom = ([rows = '', ...bytes]: readonly string[]): string => {
    const once = isTakenOutOnce(width) ? 'MATERIALIZED' : '';
    const values = valuesInJson(width, beside, { row: 'value', bytes });
    const list = values.map((value, i) => `${value} AS c${i}`).join(',');
    return `WITH r AS (WITH j AS ${once} (SELECT value FROM json_each(${rows})) SELECT ${list} FROM j)`;
  };
  const args = [`[${text}]`, ...(blobs?.bytes ?? [])];
  return { sql: readingFrom(args.map(() => '?')), args, count, readingFrom };
}

/** Returns the rows of a query as a source. */
export function queriedRows(width: number, { sql, args }: Condition, count: number): RowSource {
  return { sql: `WITH r(${namesOf(width)}) AS (${sql})`, args, count };
}

/** Returns a source of rows with values bound one by one. */
export function boundRows(width: number, rows: readonly (readonly SqlValue[])[]): RowSource {
  const bound = rows.map(bindValues);
  const values = bound.map(({ expressions }) => `(${expressions.join(',')})`).join(',');
  const sql = `WITH r(${namesOf(width)}) AS (VALUES ${values})`;
  return { sql, args: bound.flatMap(({ args }) => args), count: rows.length };
}

function namesOf(width: number): string {
  return Array.from({ length: width }, (_, i) => `c${i}`).join(',');
}
