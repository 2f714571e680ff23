import fs from 'node:fs';
import { backupTo } from '../../local/files/backup';
import { leaveWalMode } from '../../local/files/file-header';
import { Database } from '../../local/files/sqlite';
import { runAtomically, runStatement } from '../../local/run-atomically';
import type { Statement, TransactionOutcome } from '../../local/statement';
import type { SqlValue } from '../../local/values/values';
import type { Remote } from '../remote';
import { fileError } from './file-errors';
import { readFileFingerprint } from './fingerprint';

/**
 * The adapter for `file:`: a plain SQLite file plays the remote, so that everything works with no account and no server.
 * A file that does not exist is an empty database; the first push makes it.
 */
export function createFileRemote(file: string, location: string): Remote {
  let told: string | undefined;

  // The number changes with what others write, and not with what a connection does itself.
  const versionOf = (db: Database): unknown => db.pragma('data_version', { simple: true });

  /** The outcome with the file's mark, where nobody else has written since the last one was asked for. */
  function transact(db: Database, statements: readonly Statement[]): TransactionOutcome {
    if (told === undefined) return run(db, statements);
    const before = versionOf(db);
    // Not under the lock for writing, which closing a handle of the file would drop.
    const isKnown = readFileFingerprint(db, file) === told;
    db.exec('BEGIN IMMEDIATE');
    const isCurrent = isKnown && versionOf(db) === before;
    return withMark(db, run(db, statements), isCurrent ? before : null);
  }

  function transactSince(
    db: Database,
    mark: string,
    statements: () => readonly Statement[] | null,
  ): TransactionOutcome | null {
    const before = versionOf(db);
    if (readFileFingerprint(db, file) !== mark) return null;
    const meant = statements();
    if (meant === null) return null;
    db.exec('BEGIN IMMEDIATE');
    // Closing the file rolls back.
    if (versionOf(db) !== before) return null;
    return withMark(db, run(db, meant), before);
  }

  function run(db: Database, statements: readonly Statement[]): TransactionOutcome {
    const outcome = runAtomically(db, statements);
    // Beginning a transaction does not tell yet.
    if (!outcome.committed && outcome.code.startsWith('SQLITE_READONLY')) throw fileError(outcome, location);
    return outcome;
  }

  function withMark(db: Database, outcome: TransactionOutcome, version: unknown): TransactionOutcome {
    if (!outcome.committed) return outcome;
    if (version === null) return { ...outcome, fingerprint: null };
    // Closing the file may move a write-ahead log into it, and then it has another mark.
    if (db.pragma('journal_mode', { simple: true }) === 'wal') return outcome;
    const fingerprint = readFileFingerprint(db, file);
    return { ...outcome, fingerprint: versionOf(db) === version ? fingerprint : null };
  }

  async function withDatabase<T>(work: (db: Database) => T | Promise<T>, create = false): Promise<T> {
    const db = orThrow(() => new Database(create || fs.existsSync(file) ? file : ':memory:'));
    try {
      db.pragma('foreign_keys = OFF');
      // As a server does, it lets the tables be written that a virtual table is stored in.
      db.unsafeMode(true);
      return await work(db);
    } finally {
      db.close();
    }
  }

  function orThrow<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw fileError(error, location);
    }
  }

  return {
    location,
    fingerprint: () => withDatabase((db) => (told = orThrow(() => readFileFingerprint(db, file)))),
    snapshot: (to, { onProgress } = {}) =>
      withDatabase(async (db) => {
        const pageSize = Number(db.pragma('page_size', { simple: true }));
        const inBytes = (done: number, total: number): unknown =>
          onProgress?.({ done: done * pageSize, total: total * pageSize, unit: 'bytes' });
        try {
          await backupTo(db, to, { onProgress: inBytes });
        } catch (error) {
          throw fileError(error, location);
        }
        await leaveWalMode(to);
        // This SQLite could not keep up to date what only libSQL knows, so none of it is taken from a file.
        return { method: 'backup' as const, setAside: [] };
      }),
    transact: (statements) => withDatabase((db) => orThrow(() => transact(db, statements)), true),
    transactSince: (mark, statements) =>
      withDatabase((db) => orThrow(() => transactSince(db, mark, statements)), true),
    read: (work, { after = [] } = {}) =>
      withDatabase((db) => {
        orThrow(() => {
          db.exec(after.length > 0 ? 'BEGIN IMMEDIATE' : 'BEGIN');
          for (const statement of after) runStatement(db, statement);
        });
        // Closing the file rolls back.
        return work(async (sql, args = []) => orThrow(() => runQuery(db, sql, args)));
      }),
    clear: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function runQuery(db: Database, sql: string, args: readonly SqlValue[]): SqlValue[][] {
  const rows = db
    .prepare(sql)
    .raw()
    .safeIntegers()
    .all(...args);
  return rows as SqlValue[][];
}
