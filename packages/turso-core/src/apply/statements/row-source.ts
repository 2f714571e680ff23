import type { Statement } from '../../sqlite/statement';
import { bindValues } from '../../sqlite/values/bind';
import { sqlJson } from '../../sqlite/values/sql-json';
import { rowSize, type SqlValue } from '../../sqlite/values/values';

/** Rows as a common table expression `r(c0, c1, ..)`, for one statement. */
export interface RowSource {
  /** `WITH r(..) AS (..)`. */
  readonly sql: string;
  readonly args: readonly SqlValue[];
  readonly count: number;
  /** Set if the rows are one JSON text: the same source, reading it from an SQL expression. */
  readonly readingFrom?: (rows: string) => string;
}

/** A statement on the rows `r` of a source. */
export function onRows({ sql, args, readingFrom }: RowSource, rest: string): Statement {
  const statement = { sql: `${sql} ${rest}`, args };
  return readingFrom === undefined
    ? statement
    : { ...statement, readingFrom: (rows) => `${readingFrom(rows)} ${rest}` };
}

/** The same rows, which SQLite puts into a table of their own before anything else is done. */
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

/** Size of one statement's JSON text, in characters: well under the server's limit of 5,000,000 bytes even in UTF-8. */
const JSON_LIMIT = 1_000_000;

/** Bound values of one statement; the server allows 32,766. */
export const PARAMETER_LIMIT = 30_000;

/** Bytes bound in one statement, of rows that are not single and large. */
const BYTE_LIMIT = 1_000_000;

/** Rows that are JSON arrays already, with commas in between. */
export function jsonRows(width: number, text: string, count: number): RowSource {
  const columns = columnList(width, (i) => `value->>${i} AS c${i}`);
  const readingFrom = (rows: string): string => `WITH r AS (SELECT ${columns} FROM json_each(${rows}))`;
  return { sql: readingFrom('?'), args: [`[${text}]`], count, readingFrom };
}

/** What a {@link RowBatcher} may be told. */
export interface RowBatcherOptions {
  /** Whether sources must come in the order of their rows. Then all rows are bound from the first on that JSON would not keep. */
  readonly keepsOrder?: boolean;
}

/**
 * Cuts rows of the same width into sources of a good size for one statement each. Rows go as one JSON text where JSON
 * keeps their values exactly (about three times as fast as bound rows), and as bound values otherwise.
 */
export class RowBatcher {
  readonly #emit: (source: RowSource) => void;
  readonly #width: number;
  readonly #keepsOrder: boolean;
  #bindsAll = false;
  #json: string[] = [];
  #jsonSize = 0;
  #bound: (readonly SqlValue[])[] = [];
  #boundSize = 0;

  constructor(width: number, emit: (source: RowSource) => void, options: RowBatcherOptions = {}) {
    this.#width = width;
    this.#emit = emit;
    this.#keepsOrder = options.keepsOrder ?? false;
  }

  add(row: readonly SqlValue[]): void {
    const text = this.#bindsAll ? null : toJson(row);
    if (text !== null) {
      this.#addJson(text);
      return;
    }
    if (this.#keepsOrder && !this.#bindsAll) {
      this.#flushJson();
      this.#bindsAll = true;
    }
    this.#addBound(row);
  }

  /** Adds rows that are JSON arrays already, with commas in between. */
  addText(text: string, count: number): void {
    this.#emit(jsonRows(this.#width, text, count));
  }

  /** Emits what is left. */
  flush(): void {
    this.#flushJson();
    this.#flushBound();
  }

  #addJson(text: string): void {
    if (this.#jsonSize + text.length > JSON_LIMIT) this.#flushJson();
    this.#json.push(text);
    this.#jsonSize += text.length + 1;
  }

  #addBound(row: readonly SqlValue[]): void {
    const size = rowSize(row);
    const isFull =
      this.#boundSize + size > BYTE_LIMIT || (this.#bound.length + 1) * this.#width > PARAMETER_LIMIT;
    if (this.#bound.length > 0 && isFull) this.#flushBound();
    this.#bound.push(row);
    this.#boundSize += size;
  }

  #flushJson(): void {
    if (this.#json.length === 0) return;
    this.addText(this.#json.join(','), this.#json.length);
    this.#json = [];
    this.#jsonSize = 0;
  }

  #flushBound(): void {
    if (this.#bound.length === 0) return;
    const rows = this.#bound.map(bindValues);
    const values = rows.map(({ expressions }) => `(${expressions.join(',')})`).join(',');
    const sql = `WITH r(${columnList(this.#width, (i) => `c${i}`)}) AS (VALUES ${values})`;
    this.#emit({ sql, args: rows.flatMap(({ args }) => args), count: rows.length });
    this.#bound = [];
    this.#boundSize = 0;
  }
}

function columnList(width: number, name: (index: number) => string): string {
  return Array.from({ length: width }, (_, i) => name(i)).join(',');
}

/** A row as a JSON array that SQLite reads back to the same values, or null where there is none. */
function toJson(row: readonly SqlValue[]): string | null {
  let text = '';
  for (const value of row) {
    const item = sqlJson(value);
    if (item === null) return null;
    text += text === '' ? item : `,${item}`;
  }
  return text.length > JSON_LIMIT ? null : `[${text}]`;
}
