import type { Database } from '../files/sqlite';
import { TINY } from '../values/quote';

/** The content of a column in all rows, judging by a sample: one storage class (text may be missing), or any. */
export type ColumnKind = 'integer' | 'real' | 'text' | 'any';

/** The rendering of values: directives of SQLite's `format`, with their argument for a column. */
export interface Rendering {
  readonly integer: string;
  readonly real: string;
  /** Takes NULL as well. */
  readonly text: { readonly directive: string; readonly value: (column: string) => string };
  /** Another condition for a regular text, in SQL. */
  readonly isPlainText: (column: string) => string;
  /** Renders any value, as an SQL expression. */
  readonly any: (column: string) => string;
}

/** Rows rendered by one call of `format`, in SQL expressions. */
export interface RegularRow {
  /** The row as text. */
  readonly text: string;
  /** Whether the row suits this rendering; NULL counts as true. */
  readonly isRegular: string;
}

/** The number of rows in the sample. */
const SAMPLE = 500;

/** The number of arguments that one call of `format` takes easily. */
const MAX_COLUMNS = 500;

/**
 * Samples the first rows for the content of each column. Returns null for tables too wide for one call of `format`.
 *
 * @param columns - SQL terms.
 * @param from - `FROM` and the rest.
 */
export function sampleKinds(db: Database, columns: readonly string[], from: string): ColumnKind[] | null {
  if (columns.length > MAX_COLUMNS) return null;
  const found = columns.map((column) => `group_concat(DISTINCT typeof(${column}))`);
  const sample = `(SELECT ${columns.join(',')} ${from} LIMIT ${SAMPLE})`;
  const row = db
    .prepare(`SELECT ${found.join(',')} FROM ${sample}`)
    .raw()
    .get() as (string | null)[];
  return row.map(kindOf);
}

function kindOf(classes: string | null): ColumnKind {
  if (classes === 'integer' || classes === 'real') return classes;
  return ['text', 'null', 'text,null', 'null,text', null].includes(classes) ? 'text' : 'any';
}

/**
 * Renders a row by one call of `format`, twice as fast as column by column. Rows unlike the sample need another
 * rendering.
 *
 * @param brackets - the text around a row.
 */
export function regularRow(
  columns: readonly string[],
  kinds: readonly ColumnKind[],
  rendering: Rendering,
  brackets: readonly [string, string],
): RegularRow {
  const directives: string[] = [];
  const values: string[] = [];
  const conditions: string[] = [];
  columns.forEach((column, i) => {
    const kind = kinds[i] ?? 'any';
    if (kind === 'any') {
      directives.push('%s');
      values.push(rendering.any(column));
      return;
    }
    directives.push(kind === 'text' ? rendering.text.directive : rendering[kind]);
    values.push(kind === 'text' ? rendering.text.value(column) : column);
    conditions.push(CONDITIONS[kind](column));
    if (kind === 'text') conditions.push(rendering.isPlainText(column));
  });
  const template = `${brackets[0]}${directives.join(',')}${brackets[1]}`;
  return {
    text: `format('${template}',${values.join(',')})`,
    isRegular: conditions.join(' AND ') || 'true',
  };
}

const CONDITIONS: Readonly<Record<Exclude<ColumnKind, 'any'>, (column: string) => string>> = {
  integer: (column) => `typeof(${column})='integer'`,
  // By the order of storage classes: https://sqlite.org/datatype3.html#sort_order
  text: (column) => `${column}>='' AND ${column}<x''`,
  // -0.0 has another angle; `format` drops its sign.
  real: (column) =>
    `typeof(${column})='real' AND (abs(${column}) BETWEEN ${TINY} AND 1.7976931348623157e308
      OR ${column}=0.0 AND atan2(${column},-1)>0)`,
};
