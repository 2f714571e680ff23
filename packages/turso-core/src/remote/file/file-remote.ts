import fs from 'node:fs';
import { systemCode, TursoSyncError } from '../../errors';
import { beginWriting, whenUnlocked } from '../../sqlite/files/begin';
import { backupTo } from '../../sqlite/files/backup';
import { leaveWalMode, readFileKind } from '../../sqlite/files/file-header';
import type { Database } from '../../sqlite/files/sqlite';
import { checkDefinitions } from '../../sqlite/schema/check-definitions';
import { runAtomically } from '../../sqlite/run-atomically';
import { beginAfter, openForChanges, refuseUnwritable, runQuery } from '../../sqlite/sqlite-target';
import { takeOut } from '../../sqlite/schema/take-out';
import type { Statement, TransactionOutcome } from '../../sqlite/statement';
import type { TransactOptions } from '../../apply/target';
import type { Remote } from '../remote';
import { databaseFile } from '../../sqlite/files/database-file';
import { fileError } from '../../sqlite/files/file-errors';
import { readFileFingerprint } from './fingerprint';

/**
 * Creates the adapter for `file:`. A plain SQLite file acts as the remote, so everything works without an account or
 * server. A missing file counts as an empty database. The first push creates it.
 */
export function createFileRemote(file: string, location: string): Remote {
  let told: string | undefined;

  // The number changes with others' writes, but not with the connection's own.
  const versionOf = (db: Database): Promise<unknown> =>
    whenUnlocked(db, () => db.pragma('data_version', { simple: true }));

  /** Adds the file's fingerprint to the outcome if nobody else has written since the last fingerprint. */
  async function transact(
    db: Database,
    statements: readonly Statement[],
    options?: TransactOptions,
  ): Promise<TransactionOutcome> {
    if (told === undefined) {
      await beginWriting(db);
      return run(db, statements, options);
    }
    const before = await versionOf(db);
    // Read before the write lock: closing a handle of the file would drop that lock.
    const isKnown = (await readFileFingerprint(db, file)) === told;
    await beginWriting(db);
    const isCurrent = isKnown && (await versionOf(db)) === before;
    return withFingerprint(db, run(db, statements, options), isCurrent ? before : null);
  }

  async function transactSince(
    db: Database,
    fingerprint: string,
    statements: () => readonly Statement[] | null,
    options?: TransactOptions,
  ): Promise<TransactionOutcome | null> {
    const before = await versionOf(db);
    if ((await readFileFingerprint(db, file)) !== fingerprint) return null;
    const meant = statements();
    if (meant === null) return null;
    await beginWriting(db);
    // Closing the file rolls back.
    if ((await versionOf(db)) !== before) return null;
    return withFingerprint(db, run(db, meant, options), before);
  }

  function run(
    db: Database,
    statements: readonly Statement[],
    options?: TransactOptions,
  ): TransactionOutcome {
    return refuseUnwritable(runAtomically(db, statements, options));
  }

  async function withFingerprint(
    db: Database,
    outcome: TransactionOutcome,
    version: unknown,
  ): Promise<TransactionOutcome> {
    if (!outcome.committed) return outcome;
    if (version === null) return { ...outcome, fingerprint: null };
    // Closing the file may move a write-ahead log into it, and this changes the fingerprint.
    if (db.pragma('journal_mode', { simple: true }) === 'wal') {
      told = undefined;
      return outcome;
    }
    const fingerprint = await readFileFingerprint(db, file);
    if ((await versionOf(db)) !== version) return { ...outcome, fingerprint: null };
    told = fingerprint;
    return { ...outcome, fingerprint };
  }

  const { orThrow, withDatabase } = databaseFile(async (error) =>
    (await isInMvccMode(error, file)) ? inMvccMode(location, error) : fileError(error, location),
  );
  // A missing file counts as an empty database, and a read does not create it.
  const open = (): Database => openForChanges(fs.existsSync(file) ? file : ':memory:', { mustExist: false });
  const create = (): Database => openForChanges(file, { mustExist: false });

  return {
    location,
    logId: () => Promise.resolve(null),
    fingerprint: () =>
      withDatabase(open, async (db) => (told = await orThrow(() => readFileFingerprint(db, file)))),
    snapshot: (to, { onProgress, exclude = [] } = {}) =>
      withDatabase(open, async (db) => {
        const pageSize = Number(db.pragma('page_size', { simple: true }));
        const inBytes = (done: number, total: number): unknown =>
          onProgress?.({ done: done * pageSize, total: total * pageSize, unit: 'bytes' });
        await orThrow(() => backupTo(db, to, { onProgress: inBytes }));
        await leaveWalMode(to);
        checkDefinitions(to);
        const { tables: leftOut } = takeOut(to, exclude, { erase: true });
        // This SQLite could not maintain objects known only to libSQL, so no such objects are taken from a file.
        return { method: 'backup' as const, setAside: [], leftOut, crc: null };
      }),
    transact: (statements, options) =>
      withDatabase(create, (db) => orThrow(() => transact(db, statements, options))),
    transactSince: (fingerprint, statements, options) =>
      withDatabase(create, (db) => orThrow(() => transactSince(db, fingerprint, statements, options))),
    tryOut: (statements) =>
      withDatabase(open, (db) =>
        orThrow(async () => {
          // Keeps even rolled-back changes out of the file.
          db.pragma('cache_spill = OFF');
          await beginWriting(db);
          return refuseUnwritable(runAtomically(db, statements, { ending: 'ROLLBACK' }));
        }),
      ),
    read: (work, { after = [] } = {}) =>
      withDatabase(open, async (db) => {
        await orThrow(() => beginAfter(db, after));
        return work((sql, args = []) => orThrow(() => runQuery(db, sql, args)));
      }),
    tidy: (statements) => withDatabase(create, (db) => orThrow(() => transact(db, statements))),
    clear: () => Promise.resolve(),
    snapshotReads: () => Promise.resolve(null),
    capabilities: () => Promise.resolve(null),
    attempt: () => Promise.resolve(null),
    // Nobody counts or bills usage.
    usage: () => null,
    close: () => Promise.resolve(),
  };
}

async function isInMvccMode(error: unknown, file: string): Promise<boolean> {
  return systemCode(error).startsWith('SQLITE_NOTADB') && (await readFileKind(file)) === 'mvcc';
}

function inMvccMode(location: string, cause: unknown): TursoSyncError {
  return new TursoSyncError(
    'REMOTE_NOT_LIBSQL',
    `${location} is in MVCC mode of Turso Database, which SQLite cannot read.`,
    {
      hint: "Run `PRAGMA journal_mode = 'wal'` in the app that has it, close the database, then run the command again.",
      cause,
    },
  );
}
