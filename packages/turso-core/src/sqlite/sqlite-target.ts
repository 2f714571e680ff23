import { beginReading, beginWriting } from './files/begin';
import { databaseFile } from './files/database-file';
import { fileError } from './files/file-errors';
import { Database } from './files/sqlite';
import type { Query } from './query';
import { runAtomically, runStatement, type RunOptions } from './run-atomically';
import type { Statement, TransactionOutcome } from './statement';
import { quoteName } from './values/quote';
import type { SqlValue } from './values/values';

/** A database file that takes changes. It has the shape of the engine's port `Target`. */
export interface SqliteTarget {
  readonly location: string;
  transact(
    statements: readonly Statement[],
    options?: Pick<RunOptions, 'onSent'>,
  ): Promise<TransactionOutcome>;
  read<T>(
    work: (query: Query) => Promise<T>,
    options?: { readonly after?: readonly Statement[] },
  ): Promise<T>;
}

/** Options of {@link createSqliteTarget}. */
export interface SqliteTargetOptions {
  /** Its name for people. Default is the file. */
  readonly location?: string;
  /** Returns the error to throw for an error of SQLite. Default is the codes of a remote. */
  readonly toError?: (error: unknown, location: string) => unknown;
  /** Database files to attach during {@link SqliteTarget.transact}, for statements to read. Default is none. */
  readonly attach?: readonly AttachedFile[];
}

/** A database file, and the name under which it is attached. */
export interface AttachedFile {
  readonly file: string;
  readonly name: string;
}

/** Returns an existing database file as a target for changes. Each call opens and closes it. */
export function createSqliteTarget(
  file: string,
  { location = file, toError = fileError, attach = [] }: SqliteTargetOptions = {},
): SqliteTarget {
  const { orThrow, withDatabase } = databaseFile((error) => toError(error, location));
  const open = (): Database => openForChanges(file);

  return {
    location,
    transact: (statements, options) =>
      withDatabase(open, (db) =>
        orThrow(async () => {
          await beginWriting(db);
          // BEGIN would lock them for writing as well.
          for (const { file, name } of attach) db.prepare(`ATTACH ? AS ${quoteName(name)}`).run(file);
          return refuseUnwritable(runAtomically(db, statements, options));
        }),
      ),
    read: (work, { after = [] } = {}) =>
      withDatabase(open, async (db) => {
        await orThrow(() => beginAfter(db, after));
        return work((sql, args = []) => orThrow(() => runQuery(db, sql, args)));
      }),
  };
}

/**
 * Opens a file in the way a server treats its database: foreign keys not enforced, the tables of virtual tables
 * writable.
 */
export function openForChanges(file: string, { mustExist = true } = {}): Database {
  const db = new Database(file, { fileMustExist: mustExist });
  db.pragma('foreign_keys = OFF');
  db.unsafeMode(true);
  return db;
}

/**
 * Throws if a transaction failed because the file cannot be written or grow. Beginning the transaction does not tell
 * yet.
 */
export function refuseUnwritable(outcome: TransactionOutcome): TransactionOutcome {
  if (outcome.committed || !/^SQLITE_(?:READONLY|FULL)/.test(outcome.code)) return outcome;
  throw Object.assign(new Error(outcome.message), { code: outcome.code });
}

/**
 * Begins a read transaction. With statements, it begins a write transaction and runs them; closing the file rolls it
 * back.
 */
export async function beginAfter(db: Database, after: readonly Statement[]): Promise<void> {
  await (after.length > 0 ? beginWriting(db) : beginReading(db));
  for (const statement of after) runStatement(db, statement);
}

/** Runs a query, with integers as bigint. */
export function runQuery(db: Database, sql: string, args: readonly SqlValue[]): SqlValue[][] {
  const rows = db
    .prepare(sql)
    .raw()
    .safeIntegers()
    .all(...args);
  return rows as SqlValue[][];
}
