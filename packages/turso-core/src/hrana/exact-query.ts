import { hasCode, type TursoSyncError } from '../errors';
import { joinTerms } from '../sqlite/join-terms';
import { withoutEnd } from '../sqlite/schema/statement-text';
import { encodingOf, textOf, unexpectedAnswer } from '../sqlite/unexpected-answer';
import { decodeText, type SqlValue } from '../sqlite/values/values';
import type { HranaStep, StatementResult } from './hrana';

/** The requests of {@link queryExactly} to a server. */
export interface Asking {
  /** Runs one statement. */
  readonly run: (step: HranaStep) => Promise<StatementResult>;
  /** Returns the column names of a statement's answer. */
  readonly columnsOf: (sql: string) => Promise<readonly string[]>;
}

/**
 * Runs a read-only query, and repeats it if its answer cannot represent all values: JSON has no infinity, and servers
 * fail on invalid UTF-8. The second answer has such values as texts and bytes, and replaces the first completely.
 */
export async function queryExactly(
  { run, columnsOf }: Asking,
  step: HranaStep,
): Promise<Pick<StatementResult, 'columns' | 'rows'>> {
  const columns = await (async () => {
    try {
      const result = await run(step);
      return result.rows.some((row) => row.some(Number.isNaN)) ? result.columns : result;
    } catch (error) {
      if (!isNotText(error)) throw error;
      const names = await columnsOf(step.sql);
      // If the query cannot be described, the first error matters.
      if (names.length === 0) throw error;
      return names;
    }
  })();
  if (!isList(columns)) return { columns: columns.columns, rows: columns.rows };
  const result = await run({ ...step, sql: spelledOut(step.sql, columns.length) });
  return { columns: [...columns], rows: result.rows.map((row) => readRow(row, columns.length)) };
}

function isList(value: StatementResult | readonly string[]): value is readonly string[] {
  return Array.isArray(value);
}

/** Checks for libsql-server's error about invalid UTF-8, in any encoding. */
export function isNotText(error: unknown): error is TursoSyncError {
  return hasCode(error, 'REMOTE_FAILED') && /invalid utf-?8/i.test(error.message);
}

/**
 * Wraps the query in another. It returns the encoding of text and the storage classes of each row first, text as bytes,
 * and infinities as text.
 */
function spelledOut(sql: string, count: number): string {
  const columns = Array.from({ length: count }, (_, i) => `c${i}`);
  const classes = joinTerms(
    columns.map((c) => `substr(typeof(${c}),1,1)`),
    '||',
  );
  const values = columns.map(
    (c) =>
      `CASE typeof(${c}) WHEN 'text' THEN CAST(${c} AS BLOB) WHEN 'real' THEN iif(abs(${c})<9e999,${c},CAST(${c} AS TEXT)) ELSE ${c} END`,
  );
  const encoding = '(SELECT encoding FROM pragma_encoding)';
  return `WITH turso_sync_rows(${columns.join(',')}) AS (${withoutEnd(sql)}) SELECT ${encoding}, ${classes}, ${values.join(', ')} FROM turso_sync_rows`;
}

function readRow([encoding, classes, ...values]: readonly SqlValue[], count: number): SqlValue[] {
  const [known, textEncoding] = [textOf(classes), encodingOf(encoding)];
  if (values.length !== count || known.length !== count) throw unexpectedAnswer('a row of other columns');
  return values.map((value, i) => {
    if (known[i] === 't' && value instanceof Uint8Array) return decodeText(value, textEncoding);
    if (known[i] === 'r' && typeof value === 'string') return value.startsWith('-') ? -Infinity : Infinity;
    if (Number.isNaN(value)) throw unexpectedAnswer('a number that is none');
    return value;
  });
}
