import path from 'node:path';
import { TursoSyncError } from '../../errors';
import type { Project } from '../../project/project';
import { openReadOnly, using } from '../../sqlite/files/open';
import type { Exclude } from '../../sqlite/schema/exclude';
import { readLeftOut } from '../../sqlite/schema/take-out';
import { readSchema } from '../../sqlite/schema/schema';

/** Checks whether a database holds any user objects other than excluded ones. */
export function hasObjects(database: string, exclude: Exclude): boolean {
  return using(openReadOnly(database), (db) => {
    const leftOut = readLeftOut(db, exclude);
    return readSchema(db).objects.some(({ table }) => !leftOut.has(table));
  });
}

/** Returns the error for an empty remote if the working copy has tables: a pull would empty it. */
export function remoteEmpty({ environment, workingCopy }: Project, location: string): TursoSyncError {
  const env = environment === null ? '' : ` --env ${environment}`;
  return new TursoSyncError('REMOTE_EMPTY', `${location} has no tables yet.`, {
    hint: `\`turso-sync init${env} --from ${path.basename(workingCopy)}\`, then \`turso-sync push${env}\` fills it. Nothing was changed.`,
  });
}
