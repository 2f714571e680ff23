import { sha3Query, sha3Rows, tableQueries } from '../../changeset/checksum';
import { TursoSyncError } from '../../errors';
import type { Query } from '../../sqlite/query';
import { onlyRow } from '../../sqlite/unexpected-answer';
import type { Database } from '../../sqlite/files/sqlite';
import { openReadOnly } from '../../sqlite/files/open';
import { findComputed, type Computed } from '../../sqlite/schema/computed';
import { readSchema } from '../../sqlite/schema/schema';
import type { Remote } from '../../remote/remote';

/** Rows that are asked for at once of a remote that computes no checksums. */
const ROWS = 20_000;

/**
 * Finds what the remote computes otherwise than a local database, of equal rows: STORED columns, and what indexes
 * compute. For instance, a REAL becomes text with 17 digits since SQLite 3.53, and with 15 before.
 *
 * @param only - tables to look at. Default is all of them.
 * @returns what it is, for people, such as `column "label" of table "item"`.
 */
export async function findComputedOtherwise(
  remote: Pick<Remote, 'read'>,
  local: string,
  only?: ReadonlySet<string>,
): Promise<string[]> {
  const db = openReadOnly(local);
  try {
    const computed = findComputed(db, readSchema(db)).filter(({ table }) => only?.has(table.name) ?? true);
    const names: string[] = [];
    for (const each of computed) if (await isOtherwise(remote, db, each)) names.push(nameOf(each));
    return [...new Set(names)];
  } finally {
    db.close();
  }
}

/** Says so, and what to do about it. */
export function computedOtherwise(names: readonly string[]): string {
  return `The remote computes other values than the working copy holds: ${names.join(', ')}. Their versions of SQLite differ, as in how many digits of a REAL become text. Use an expression that gives the same everywhere, such as printf('%.15g', price).`;
}

/** What it is and where, for people. */
export function nameOf({ what, table }: Computed): string {
  return `${what} of table "${table.name}"`;
}

/** Only equal rows tell; if somebody has changed rows of the table, nothing is said of it. */
async function isOtherwise(remote: Pick<Remote, 'read'>, db: Database, each: Computed): Promise<boolean> {
  if (await hasSame(remote, db, each, [each.term])) return false;
  return hasSame(remote, db, each);
}

async function hasSame(
  remote: Pick<Remote, 'read'>,
  db: Database,
  { table }: Computed,
  terms?: string[],
): Promise<boolean> {
  // Before the remote is asked: a server ends a transaction that is idle for some seconds.
  const digests = (tableQueries(db, table, undefined, terms) ?? []).map((sql) => ({
    sql,
    digest: sha3Query(db, sql),
  }));
  try {
    return await remote.read(async (query) => {
      for (const { sql, digest } of digests)
        if (onlyRow(await query('SELECT lower(hex(sha3_query(?, 256)))', [sql]))[0] !== digest) return false;
      return true;
    });
  } catch (error) {
    if (!(error instanceof TursoSyncError && error.code === 'REMOTE_FAILED')) throw error;
    // It has no such function.
    return remote.read((query) => hasSameRows(query, db, tableQueries(db, table, ROWS, terms) ?? []));
  }
}

async function hasSameRows(query: Query, db: Database, queries: readonly string[]): Promise<boolean> {
  for (const sql of queries) if (sha3Rows(sql, await query(sql)) !== sha3Query(db, sql)) return false;
  return true;
}
