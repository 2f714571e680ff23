import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { quoteName } from '../../local/quote';
import { STAGING_PREFIX } from '../../local/staging';
import type { Statement } from '../../local/statement';
import type { HttpClient } from './http-client';
import { runTransaction, type TransactionAnswer } from './transaction';

/** Characters of values that a transaction takes along; where there are more, they are uploaded first. */
const INLINE = 32_000_000;

/** Characters that one request uploads. */
const PIECE = 4_000_000;

/** Where rows stand in a statement: {@link RowBatcher} puts all that are JSON into one value. */
const ROWS = 'json_each(?)';

/** Carries out transactions of any size. */
export interface Staging {
  transact(statements: readonly Statement[]): Promise<TransactionAnswer>;
  /** Whether there is so much in the statements that it is uploaded first. */
  isNeeded(statements: readonly Statement[]): boolean;
  /** Removes what an upload that was cut off has left. */
  clear(): Promise<void>;
}

/**
 * Uploads the rows of large transactions to a table of their own, in short transactions, so that the one that counts is
 * one small request and keeps others waiting for no longer than the server takes to carry it out. That table goes with
 * it.
 *
 * @param owner - tells who uploads: only one process may at a time, and finds what it has left by this.
 */
export function createStaging(client: HttpClient, owner: string): Staging {
  const digest = createHash('sha256').update(`${hostname()}\0${owner}`).digest('hex').slice(0, 16);
  const table = quoteName(`${STAGING_PREFIX}${digest}`);
  const drop: Statement = { sql: `DROP TABLE IF EXISTS ${table}` };

  /** Answers with the numbers of the latest write before and after; null where others have written in between. */
  async function upload(values: readonly string[]): Promise<{ before: string | null; after: string | null }> {
    let span: { before: string | null; after: string | null } | undefined;
    let next: Statement[] = [drop, { sql: `CREATE TABLE ${table}(id INTEGER PRIMARY KEY, value TEXT)` }];
    let size = 0;
    const send = async (): Promise<void> => {
      const { outcome, indexBefore, indexAfter } = await runTransaction(client, next);
      if (!outcome.committed) throw new Error(`${outcome.message} (${outcome.code})`);
      span = { before: span === undefined ? indexBefore : continued(span, indexBefore), after: indexAfter };
      next = [];
      size = 0;
    };
    for (const [id, value] of values.entries()) {
      if (size > 0 && size + value.length > PIECE) await send();
      next.push({ sql: `INSERT INTO ${table} VALUES (?, ?)`, args: [BigInt(id), value] });
      size += value.length;
    }
    await send();
    return span ?? { before: null, after: null };
  }

  const valuesOf = (statements: readonly Statement[]): string[] =>
    statements.flatMap((statement) => rowsOf(statement) ?? []);
  const isNeeded = (statements: readonly Statement[]): boolean =>
    valuesOf(statements).reduce((sum, value) => sum + value.length, 0) > INLINE;

  async function clear(): Promise<void> {
    await runTransaction(client, [drop]);
  }

  return {
    clear,
    isNeeded,
    async transact(statements) {
      if (!isNeeded(statements)) return runTransaction(client, statements);
      let isThrough = false;
      try {
        const uploaded = await upload(valuesOf(statements));
        const staged = fromTable(statements, table);
        const answer = await runTransaction(client, [...staged, drop]);
        isThrough = answer.outcome.committed;
        return { ...answer, indexBefore: continued(uploaded, answer.indexBefore) };
      } finally {
        // Where this fails too, the next push clears it.
        if (!isThrough) await clear().catch(() => undefined);
      }
    },
  };
}

function continued(
  span: { readonly before: string | null; readonly after: string | null },
  next: string | null,
): string | null {
  return span.after === next ? span.before : null;
}

function rowsOf({ sql, args = [] }: Statement): string | null {
  const [value] = args;
  return args.length === 1 && typeof value === 'string' && sql.includes(ROWS) ? value : null;
}

function fromTable(statements: readonly Statement[], table: string): Statement[] {
  let id = 0n;
  return statements.map((statement) => {
    if (rowsOf(statement) === null) return statement;
    const sql = statement.sql.replace(ROWS, () => `json_each((SELECT value FROM ${table} WHERE id = ?))`);
    return { ...statement, sql, args: [id++] };
  });
}
