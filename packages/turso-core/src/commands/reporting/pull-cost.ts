import type { Cost } from '../../plan/plan';
import type { Project } from '../../project/project';
import { isOfExclude, readManifest } from '../../project/state/manifest';
import { startsOf } from '../fetching/earlier-copies';
import type { RemoteIdentity } from '../../remote/identity';
import type { Remote } from '../../remote/remote';
import { openReadOnly, using } from '../../sqlite/files/open';
import { readSchema } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';

/**
 * Rows read by a snapshot by rows besides the rows themselves, for queries about the transaction and the definitions.
 */
const BESIDE_ROWS = 8;

/**
 * Estimates the server usage of a pull from its fingerprint, if a few rows have changed since the base. Null if the
 * remote is a file.
 *
 * - Pages in the server's log cost nothing.
 * - A snapshot by digests or by pages costs a row for each present page of the server.
 * - A snapshot by rows costs a row for each row of the base and for each definition.
 */
export async function pullCost(
  project: Project,
  remote: Pick<Remote, 'snapshotReads' | 'location'>,
  identity: RemoteIdentity,
  fingerprint: string | null,
): Promise<Cost | null> {
  if (remote.location.startsWith('file:')) return null;
  if (isCurrent(project, remote, fingerprint)) return readsAbout(0);
  const reads = await remote.snapshotReads(startsOf(project, identity));
  return readsAbout(reads ?? BESIDE_ROWS + rowsIn(project.files.base.database));
}

/** Checks whether the existing snapshot has all of the remote. A pull then fetches nothing. */
function isCurrent(
  { files, exclude }: Project,
  { location }: Pick<Remote, 'location'>,
  fingerprint: string | null,
): boolean {
  const known = fingerprint === null ? null : readManifest(files.snapshot);
  return known?.fingerprint === fingerprint && known.remote === location && isOfExclude(known, exclude);
}

function readsAbout(rowsRead: number): Cost {
  return { rowsRead, rowsWritten: 0, certainty: 'about' };
}

function rowsIn(database: string): number {
  return using(openReadOnly(database), (db) => {
    const tables = [...readSchema(db).tables.values()].filter((table) => table.kind !== 'virtual');
    const counts = ['sqlite_schema', ...tables.map(({ name }) => quoteName(name))].map(
      (table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number,
    );
    // A statement without a result counts as one row.
    return counts.reduce((sum, count) => sum + Math.max(1, count), 0);
  });
}
