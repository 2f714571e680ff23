import { openReadOnly, readLeniently } from '../../sqlite/files/open';
import type { Database } from '../../sqlite/files/sqlite';
import type { LiveStatement, QueryResult } from '../live';
import { sqliteQueries, type RunQuery } from '../sqlite-query';

/** Reads a replica, whose files may be replaced by others. */
export interface ReplicaReader {
  /** Throws what SQLite throws. */
  read(statement: LiveStatement): QueryResult;
  /** From now on, it reads what is there now, whatever others write. */
  holdStill(): void;
  /** It reads what is there, again. */
  goOn(): void;
  /** Lets go of the file; the next read opens what is there then. */
  close(): void;
}

/** Makes a reader; nothing is opened yet. */
export function createReplicaReader(file: string): ReplicaReader {
  let open: { readonly db: Database; readonly run: RunQuery } | undefined;

  function opened(): { readonly db: Database; readonly run: RunQuery } {
    if (open === undefined) {
      const db = openReadOnly(file);
      readLeniently(db);
      // As on the primary, where views may read any virtual table.
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
      // Only a read settles what state of the database is read.
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

/** Whether SQLite lacks a function or module, which the primary may have. */
export function isLibsqlOnly(error: unknown): boolean {
  return /^no such (?:function|module|tokenizer|table: (?:main\.)?vector_top_k)/.test(
    (error as Error).message,
  );
}
