import { TursoSyncError } from '../../errors';
import { Database } from '../../sqlite/files/sqlite';
import { isInsert } from '../../sqlite/schema/statement-text';
import { compile } from '../compiled';
import type { DatabaseTransaction, LiveDatabase, OrderedStatement, RowLists, Written } from '../database';
import { fileError } from '../file-error';
import { rowsOf, sqliteQueries } from '../sqlite-query';
import { inStatement } from '../statement-errors';

/**
 * Opens an SQLite file without a server: the adapter for `file:`. Uses the same SQLite as the rest of turso-core,
 * because two SQLite libraries in one process must not open the same file. Waiting for another writer is up to the
 * caller: here it would block the thread. Throws FILE_INACCESSIBLE if the file cannot be opened.
 */
export function openFileDatabase(file: string, location: string): LiveDatabase {
  const open = (): Database => orThrow(() => openDatabase(file));
  const orThrow = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw fileError(error, file);
    }
  };
  const db = open();
  const query = sqliteQueries(db);
  return {
    location,
    repeated: 0,
    query: async (statement) => orThrow(() => query(statement)),
    execute: async (statement) => orThrow(() => run(db, statement)),
    batch: async (statements) => orThrow(() => runAll(db, statements, file)),
    async begin() {
      // Uses its own connection, separate from other calls.
      const own = open();
      try {
        orThrow(() => own.exec('BEGIN IMMEDIATE'));
      } catch (error) {
        own.close();
        throw error;
      }
      return transaction(own, (work) => orThrow(() => whileOpen(own, location, work)));
    },
    close: () => db.close(),
  };
}

function openDatabase(file: string): Database {
  const db = new Database(file, { timeout: 0 });
  db.pragma('foreign_keys = ON');
  // It is the program's own database, so its definitions may call any function.
  db.pragma('trusted_schema = ON');
  // Without WAL, readers and a writer would block one another. A read-only file keeps its mode.
  if (db.pragma('journal_mode', { simple: true }) !== 'wal') db.pragma('journal_mode = WAL');
  return db;
}

/** Works in a transaction that no failed statement has ended: ROLLBACK of a conflict clause, or a full disk. */
function whileOpen<T>(db: Database, location: string, work: () => T): T {
  if (db.inTransaction) return work();
  throw new TursoSyncError(
    'REMOTE_BUSY',
    `An earlier error has ended the transaction, and nothing of it was written to ${location}.`,
    { hint: 'Run all of it again.', retryable: true },
  );
}

function transaction(db: Database, orThrow: <T>(work: () => T) => T): DatabaseTransaction {
  const query = sqliteQueries(db);
  return {
    query: async (statement) => orThrow((): RowLists => query(statement)),
    execute: async (statement) => orThrow(() => run(db, statement)),
    async commit() {
      try {
        orThrow(() => db.exec('COMMIT'));
      } finally {
        db.close();
      }
    },
    // Closing the connection rolls back.
    rollback: async () => void db.close(),
  };
}

function runAll(db: Database, statements: readonly OrderedStatement[], file: string): Written[] {
  db.exec('BEGIN IMMEDIATE');
  try {
    const results = statements.map((statement, i) => {
      try {
        return run(db, statement);
      } catch (error) {
        throw inStatement(fileError(error, file), i);
      }
    });
    db.exec('COMMIT');
    return results;
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
  }
}

function run(db: Database, { sql, args }: OrderedStatement): Written {
  const { statement, bind, columns: names } = compile(db, sql);
  // SQLite also tells the rowid of an earlier insert.
  const insertedRowid = (changes: number | bigint, rowid: number | bigint | undefined): bigint | null =>
    rowid !== undefined && changes > 0 && isInsert(sql) ? BigInt(rowid) : null;
  if (!statement.reader) {
    const { changes, lastInsertRowid } = statement.safeIntegers().run(...bind(args));
    return { columns: [], rows: [], changes, lastInsertRowid: insertedRowid(changes, lastInsertRowid) };
  }
  const before = totalChanges(db);
  const rows = rowsOf(statement, bind(args));
  const columns = names();
  if (totalChanges(db) === before) return { columns, rows, changes: 0, lastInsertRowid: null };
  const [changes = 0n, rowid] = db
    .prepare('SELECT changes(), last_insert_rowid()')
    .raw()
    .safeIntegers()
    .get() as bigint[];
  return { columns, rows, changes: Number(changes), lastInsertRowid: insertedRowid(changes, rowid) };
}

function totalChanges(db: Database): unknown {
  return db.prepare('SELECT total_changes()').pluck().get();
}
