import fs from 'node:fs';
import Database from 'better-sqlite3';
import { leaveWalMode } from '../../local/file-header';
import { runAtomically } from '../../local/run-atomically';
import type { SqlValue } from '../../local/values';
import type { Query, Remote } from '../remote';
import { fileError } from './file-errors';
import { readFileFingerprint } from './fingerprint';

/** Pages that a backup copies before it lets other work of this process have its turn. */
const PAGES_A_STEP = 8_192;

/**
 * The adapter for `file:`: a plain SQLite file plays the remote, so that everything works with no account and no server.
 * A file that does not exist is an empty database; the first push makes it.
 */
export function createFileRemote(file: string, location: string): Remote {
  async function withDatabase<T>(
    work: (db: Database.Database) => T | Promise<T>,
    create = false,
  ): Promise<T> {
    let db: Database.Database | undefined;
    try {
      db = new Database(create || fs.existsSync(file) ? file : ':memory:');
      db.pragma('foreign_keys = OFF');
      return await work(db);
    } catch (error) {
      throw fileError(error, location);
    } finally {
      db?.close();
    }
  }

  return {
    location,
    fingerprint: () => withDatabase((db) => readFileFingerprint(db, file)),
    snapshot: (to, { onProgress } = {}) =>
      withDatabase(async (db) => {
        const pageSize = Number(db.pragma('page_size', { simple: true }));
        await db.backup(to, {
          progress({ totalPages, remainingPages }) {
            const done = (totalPages - remainingPages) * pageSize;
            onProgress?.({ done, total: totalPages * pageSize, unit: 'bytes' });
            return PAGES_A_STEP;
          },
        });
        await leaveWalMode(to);
        return 'backup' as const;
      }),
    transact: (statements) => withDatabase((db) => runAtomically(db, statements), true),
    read: (work) =>
      withDatabase(async (db) => {
        db.exec('BEGIN');
        return work(queryOf(db));
      }),
    close: () => Promise.resolve(),
  };
}

function queryOf(db: Database.Database): Query {
  return (sql, args = []) =>
    Promise.resolve(
      db
        .prepare(sql)
        .raw()
        .safeIntegers()
        .all(...args) as SqlValue[][],
    );
}
