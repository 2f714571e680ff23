import { TursoSyncError } from '../errors';
import { joinTerms } from '../sqlite/join-terms';
import { eachToken, isWord, sqlTokens, type SqlToken } from '../sqlite/schema/sql-tokens';
import { quoteName } from '../sqlite/values/quote';
import type { SqlValue } from '../sqlite/values/values';
import type { HranaRequest, HranaResult, HranaStep, StatementResult } from './hrana';

/** The requests of {@link signSteps} to a server. */
export interface Describing {
  /** Whether its answers contain infinities: Protocol Buffers do, JSON does not. */
  readonly tellsInfinities: () => Promise<boolean>;
  /** Describes statements, in one request. */
  readonly describe: (sqls: readonly string[]) => Promise<readonly HranaResult[]>;
}

/**
 * A statement to send. With an added column for the signs of infinities, `columns` has those of the statement itself.
 */
export interface SignedStep {
  readonly step: HranaStep;
  readonly columns: readonly string[] | number | null;
}

/**
 * Prepares statements that may write, so that every encoding returns infinities. Unlike in `exact-query.ts`, such a
 * statement cannot run twice. So in JSON its answer gets another column, with the sign of each infinity.
 */
export async function signSteps(
  steps: readonly HranaStep[],
  { tellsInfinities, describe }: Describing,
): Promise<SignedStep[]> {
  const unsigned = steps.map((step) => ({ step, columns: null }));
  if (!steps.some(({ sql }) => hasRows(sql)) || (await tellsInfinities())) return unsigned;
  const lists = steps.map(({ sql }) => (hasRows(sql) ? listOf(sql) : null));
  const asked = lists.flatMap((list, i) => (list?.needsNames === true ? [steps[i]?.sql ?? ''] : []));
  const described = asked.length === 0 ? [] : await describe(asked);
  const names = new Map(asked.map((sql, i) => [sql, columnsOf(described[i])]));
  return steps.map((step, i) => {
    const list = lists[i] ?? null;
    const signed = list === null ? null : signedSql(step.sql, list, names.get(step.sql) ?? []);
    return signed === null ? { step, columns: null } : { ...signed, step: { ...step, sql: signed.sql } };
  });
}

/** Prepares one statement like {@link signSteps}. */
export async function signStep(step: HranaStep, asking: Describing): Promise<SignedStep> {
  const [signed] = await signSteps([step], asking);
  return signed ?? { step, columns: null };
}

/** Creates a request to describe a statement. */
export function describing(sql: string): HranaRequest {
  return { type: 'describe', sql };
}

/** Restores infinities in the answer to a prepared statement. Throws ANSWER_NOT_EXACT for an unknown sign. */
export function readSigned(
  result: StatementResult,
  signed: SignedStep | undefined,
  location: string,
): StatementResult {
  const columns = signed?.columns ?? null;
  const rows = columns === null ? result.rows : result.rows.map(readRow);
  if (rows.some((row) => row.some(Number.isNaN))) throw notExact(location);
  if (columns === null) return result;
  return {
    ...result,
    rows,
    columns: typeof columns === 'number' ? result.columns.slice(0, columns) : [...columns],
  };
}

function hasRows(sql: string): boolean {
  return /\breturning\b/i.test(sql) || isRead(sql);
}

function isRead(sql: string): boolean {
  const [first] = eachToken(sql);
  return ['select', 'values', 'with'].some((word) => isWord(first, word));
}

/** The result columns of a statement. */
interface ResultList {
  /** The start of its list of expressions after RETURNING; null for a query. */
  readonly from: number | null;
  /** The end of the statement without trailing semicolons and comments. They would break the brackets around it. */
  readonly end: number;
  readonly expressions: readonly string[];
  /** Whether the names of its columns must be known. */
  readonly needsNames: boolean;
}

/** Returns null if the expressions cannot be repeated, because their parameters are numbered by position. */
function listOf(sql: string): ResultList | null {
  const tokens = [...sqlTokens(sql)];
  while (tokens.at(-1)?.text === ';') tokens.pop();
  const last = tokens.at(-1);
  if (last === undefined) return null;
  const end = last.at + last.text.length;
  const depths = depthsOf(tokens);
  const returning = tokens.findLastIndex((token, i) => depths[i] === 0 && isWord(token, 'returning'));
  if (returning < 0) return isRead(sql) ? { from: null, end, expressions: [], needsNames: true } : null;
  const from = (tokens[returning]?.at ?? 0) + 'returning'.length;
  const listed = tokens.slice(returning + 1);
  if (listed.some((token, i) => isUnnumbered(token, listed[i + 1]))) return null;
  const commas = tokens.filter(({ text }, i) => i > returning && text === ',' && depths[i] === 0);
  const bounds = [from - 1, ...commas.map(({ at }) => at), end];
  const expressions = bounds.slice(1).map((to, i) => sql.slice((bounds[i] ?? 0) + 1, to).trim());
  return { from, end, expressions, needsNames: expressions.some(isStar) };
}

/** Checks for a parameter `?`. The number of `?1` is the next token. */
function isUnnumbered({ text, at }: SqlToken, next: SqlToken | undefined): boolean {
  return text === '?' && !(next?.at === at + 1 && /^\d+$/.test(next.text));
}

function depthsOf(tokens: readonly SqlToken[]): number[] {
  let depth = 0;
  return tokens.map(({ text }) => (depth += text === '(' ? 1 : text === ')' ? -1 : 0));
}

/** SQLite's maximum number of columns, less the added one. */
const MOST_COLUMNS = 1999;

/** Adds the column of signs to a statement. Returns null if this fails because it cannot be described. */
function signedSql(
  sql: string,
  { from, end, expressions, needsNames }: ResultList,
  names: readonly string[],
): { readonly sql: string; readonly columns: readonly string[] | number } | null {
  if (needsNames && names.length === 0) return null;
  if (Math.max(names.length, expressions.length) > MOST_COLUMNS) return null;
  if (from === null)
    return {
      sql: `WITH ${given(names.length, sql.slice(0, end))} SELECT *, ${signs(names.length)} FROM ${ROWS}`,
      columns: names,
    };
  const all = expand(expressions, names);
  const column = `(WITH ${given(all.length, `SELECT ${all.join(', ')}`)} SELECT ${signs(all.length)} FROM ${ROWS})`;
  return { sql: `${sql.slice(0, end)}, ${column}`, columns: all.length };
}

/** Replaces each star in the expressions by the names of its columns. */
function expand(expressions: readonly string[], names: readonly string[]): string[] {
  const stars = expressions.filter(isStar).length;
  const width = (names.length - expressions.length + stars) / stars;
  let at = 0;
  return expressions.flatMap((expression) => {
    const found = isStar(expression) ? names.slice(at, at + width).map(quoteName) : [expression];
    at += found.length;
    return found;
  });
}

function isStar(expression: string): boolean {
  return (
    sqlTokens(expression)
      .map(({ text }) => text)
      .join('') === '*'
  );
}

const ROWS = 'turso_sync_rows';

function given(count: number, query: string): string {
  return `${ROWS}(${Array.from({ length: count }, (_, i) => `c${i}`).join(',')}) AS (${query})`;
}

/** Returns SQL for one character per column: the sign of its infinity, or a space. */
function signs(count: number): string {
  const terms = Array.from(
    { length: count },
    (_, i) => `CASE c${i} WHEN 9e999 THEN '+' WHEN -9e999 THEN '-' ELSE ' ' END`,
  );
  return joinTerms(terms, '||');
}

function readRow(row: readonly SqlValue[]): SqlValue[] {
  const known = row.at(-1);
  return row.slice(0, -1).map((value, i) => {
    if (!Number.isNaN(value) || typeof known !== 'string') return value;
    return known[i] === '+' ? Infinity : known[i] === '-' ? -Infinity : value;
  });
}

function columnsOf(described: HranaResult | undefined): readonly string[] {
  return described?.type === 'describe' ? described.columns : [];
}

/** Creates the error for a statement that was carried out, but whose rows the server cannot send. */
export function notText(location: string, cause: TursoSyncError): TursoSyncError {
  return new TursoSyncError(
    'ANSWER_NOT_EXACT',
    `${location} carried out the statement, but cannot send its answer: a text in it is not UTF-8.`,
    {
      hint: 'Do not run it again. Read the rows with query(), which can. Behind RETURNING, write CAST(column AS BLOB).',
      cause,
    },
  );
}

function notExact(location: string): TursoSyncError {
  return new TursoSyncError(
    'ANSWER_NOT_EXACT',
    `${location} carried out the statement, but its answer in JSON cannot tell an infinity.`,
    {
      hint: 'Do not run it again. Read the rows with query(), which can. Behind RETURNING, write `?1` instead of `?`: then the answer can tell it too.',
    },
  );
}
