import path from 'node:path';
import { TursoSyncError } from '../../errors';
import type { Project } from '../../project/project';
import { openReadOnly, using } from '../../sqlite/files/open';
import type { Exclude } from '../../sqlite/schema/exclude';
import { readLeftOut } from '../../sqlite/schema/take-out';
import { readSchema } from '../../sqlite/schema/schema';

/** Whether a database holds anything that a user made and that is not excluded. */
export function hasObjects(database: string, exclude: Exclude): boolean {
  return using(openReadOnly(database), (db) => {
    const leftOut = readLeftOut(db, exclude);
    return readSchema(db).objects.some(({ table }) => !leftOut.has(table));
  });
}

/** The error for a remote that is empty where a working copy is not: a pull would empty it. */
export function remoteEmpty({ environment, workingCopy }: Project, location: string): TursoSyncError {
  const env = environment === null ? '' : ` --env ${environment}`;
  return new TursoSyncError('REMOTE_EMPTY', `${location} has no tables yet.`, {
    hint: `\`turso-sync init${env} --from ${path.basename(workingCopy)}\`, then \`turso-sync push${env}\` fills it. Nothing was changed.`,
  });
}
