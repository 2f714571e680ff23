import type { Cost } from '../../plan/plan';
import type { Project } from '../../project/project';
import { isOfExclude, readManifest } from '../../project/state/manifest';
import { startsOf } from '../fetching/earlier-copies';
import type { RemoteIdentity } from '../../remote/identity';
import type { Remote } from '../../remote/remote';
import { openReadOnly, using } from '../../sqlite/files/open';
import { readSchema } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';

/** Rows that a snapshot by rows reads besides them: what it asks of the transaction and the definitions. */
const BESIDE_ROWS = 8;

/**
 * About what a pull would use of a server whose mark this is, given that a few rows have changed since the base was made. Pages that the
 * server's log has cost nothing; by digests and by pages, that is a row for each page that the server has now; by rows, a row for each
 * that the base has, and for each definition. Null if the remote is a file.
 */
export async function pullCost(
  project: Project,
  remote: Pick<Remote, 'snapshotReads' | 'location'>,
  identity: RemoteIdentity,
  mark: string | null,
): Promise<Cost | null> {
  if (remote.location.startsWith('file:')) return null;
  if (isCurrent(project, remote, mark)) return readsAbout(0);
  const reads = await remote.snapshotReads(startsOf(project, identity));
  return readsAbout(reads ?? BESIDE_ROWS + rowsIn(project.files.base.database));
}

/** Whether the snapshot that is there has all of the remote, so that a pull takes nothing from it. */
function isCurrent(
  { files, exclude }: Project,
  { location }: Pick<Remote, 'location'>,
  mark: string | null,
): boolean {
  const known = mark === null ? null : readManifest(files.snapshot);
  return known?.fingerprint === mark && known.remote === location && isOfExclude(known, exclude);
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
    // A statement that finds no row counts as one.
    return counts.reduce((sum, count) => sum + Math.max(1, count), 0);
  });
}
