import { openReadOnly, readLeniently } from '../../sqlite/files/open';
import type { Database } from '../../sqlite/files/sqlite';
import type { OrderedStatement, RowLists } from '../database';
import { sqliteQueries, type RunQuery } from '../sqlite-query';

/** Reads a replica. Others may replace its files. */
export interface ReplicaReader {
  /** Runs a query. Throws SQLite's own errors. */
  read(statement: OrderedStatement): RowLists;
  /** Keeps reading the present state from now on, whatever others write. */
  holdStill(): void;
  /** Returns to the current state for further reads. */
  goOn(): void;
  /** Closes the file. The next read opens the file of that moment. */
  close(): void;
}

/** Creates a reader, without opening the file yet. */
export function createReplicaReader(file: string): ReplicaReader {
  let open: { readonly db: Database; readonly run: RunQuery } | undefined;

  function opened(): { readonly db: Database; readonly run: RunQuery } {
    if (open === undefined) {
      const db = openReadOnly(file);
      readLeniently(db);
      // On the primary, too, views may read any virtual table.
      db.pragma('trusted_schema = ON');
      open = { db, run: sqliteQueries(db) };
    }
    return open;
  }

  return {
    read: (statement) => opened().run(statement),
    holdStill() {
      const { db } = opened();
      if (db.inTransaction) return;
      db.exec('BEGIN');
      // Only a read fixes the state to read from.
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
    },
    goOn() {
      if (open?.db.inTransaction === true) open.db.exec('COMMIT');
    },
    close() {
      open?.db.close();
      open = undefined;
    },
  };
}

/** Checks whether SQLite lacks a function or module. The primary may have it. */
export function isLibsqlOnly(error: unknown): boolean {
  return /^no such (?:function|module|tokenizer|table: (?:main\.)?vector_top_k)/.test(
    (error as Error).message,
  );
}
