import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { TursoSyncError } from '../../errors';
import { STAGING_PREFIX } from '../../sqlite/staging';
import type { Statement } from '../../sqlite/statement';
import { quoteName } from '../../sqlite/values/quote';
import type { Remote } from '../remote';
import type { HttpClient } from './http-client';
import type { Reader } from './reader';
import { runTransaction, type TransactionAnswer } from './transaction';

/** Characters of values that a transaction takes along; where there are more, they are uploaded first. */
const INLINE = 32_000_000;

/** Characters that one request uploads. */
const PIECE = 4_000_000;

/** Times that values are uploaded which differ from what was uploaded already, since others have written meanwhile. */
const UPLOADS = 3;

/** Carries out transactions of any size. */
export interface Staging {
  transact(statements: readonly Statement[]): Promise<TransactionAnswer>;
  /** Whether there is so much in the statements that it is uploaded first. */
  isNeeded(statements: readonly Statement[]): boolean;
  /**
   * The same with what a look comes to while nobody else can write; see {@link Remote.transactAfter}. What is uploaded for
   * it is what an earlier look came to, so others may write meanwhile. Throws REMOTE_BUSY where they keep changing so much
   * of it that it never fits.
   */
  transactAfter: NonNullable<Remote['transactAfter']>;
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
export function createStaging(
  client: HttpClient,
  reader: Pick<Reader, 'transactAfter'>,
  owner: string,
): Staging {
  const digest = createHash('sha256').update(`${hostname()}\0${owner}`).digest('hex').slice(0, 16);
  const table = quoteName(`${STAGING_PREFIX}${digest}`);
  const drop: Statement = { sql: `DROP TABLE IF EXISTS ${table}` };

  /**
   * Uploads values, numbered from `first` on. Answers with the numbers of the latest write before and after; null where
   * others have written in between.
   */
  async function upload(
    values: readonly string[],
    first = 0,
  ): Promise<{ before: string | null; after: string | null }> {
    let span: { before: string | null; after: string | null } | undefined;
    const create = { sql: `CREATE TABLE ${table}(id INTEGER PRIMARY KEY, value TEXT)` };
    let next: Statement[] = first === 0 ? [drop, create] : [];
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
      next.push({ sql: `INSERT INTO ${table} VALUES (?, ?)`, args: [BigInt(first + id), value] });
      size += value.length;
    }
    await send();
    return span ?? { before: null, after: null };
  }

  const isNeeded = (statements: readonly Statement[]): boolean => sizeOf(valuesOf(statements)) > INLINE;

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
        let id = 0n;
        const staged = fromTable(statements, table, () => id++);
        const answer = await runTransaction(client, [...staged, drop]);
        isThrough = answer.outcome.committed;
        return { ...answer, indexBefore: continued(uploaded, answer.indexBefore) };
      } finally {
        // Where this fails too, the next push clears it.
        if (!isThrough) await clear().catch(() => undefined);
      }
    },
    async transactAfter(look) {
      const staged = new Map<string, bigint>();
      let isThrough = false;
      try {
        for (let attempt = 0; attempt <= UPLOADS; attempt++) {
          let missing: readonly string[] = [];
          const outcome = await reader.transactAfter(async (query) => {
            const statements = await look(query);
            if (statements === null) return null;
            const values = valuesOf(statements);
            const inline = values.filter((value) => !staged.has(value));
            if (sizeOf(inline) <= INLINE) {
              const isStaged = inline.length < values.length;
              return isStaged
                ? [...fromTable(statements, table, (value) => staged.get(value)), drop]
                : statements;
            }
            missing = [...new Set(inline)];
            return null;
          });
          if (missing.length === 0) {
            isThrough = staged.size === 0 || outcome?.committed === true;
            return outcome;
          }
          await upload(missing, staged.size);
          for (const value of missing) staged.set(value, BigInt(staged.size));
        }
      } finally {
        if (!isThrough && staged.size > 0) await clear().catch(() => undefined);
      }
      throw changesTooFast(client.location);
    },
  };
}

function changesTooFast(location: string): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_BUSY',
    `${location} changes faster than a push of this size can be carried out.`,
    { hint: 'Nothing was changed. Run the command again.', retryable: true },
  );
}

function sizeOf(values: readonly string[]): number {
  return values.reduce((sum, value) => sum + value.length, 0);
}

function continued(
  span: { readonly before: string | null; readonly after: string | null },
  next: string | null,
): string | null {
  return span.after === next ? span.before : null;
}

function valuesOf(statements: readonly Statement[]): string[] {
  return statements.flatMap((statement) => rowsOf(statement) ?? []);
}

function rowsOf({ readingFrom, args = [] }: Statement): string | null {
  return readingFrom === undefined ? null : (args[0] as string);
}

/** The statements with values that have a number read from the table. */
function fromTable(
  statements: readonly Statement[],
  table: string,
  numberOf: (value: string) => bigint | undefined,
): Statement[] {
  return statements.map((statement) => {
    const value = rowsOf(statement);
    const id = value === null ? undefined : numberOf(value);
    if (id === undefined || statement.readingFrom === undefined) return statement;
    return {
      ...statement,
      sql: statement.readingFrom(`(SELECT value FROM ${table} WHERE id = ?)`),
      args: [id],
    };
  });
}
