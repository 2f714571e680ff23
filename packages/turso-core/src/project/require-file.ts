import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, TursoSyncError } from '../errors';
import { hasSameUrl, identityOf } from '../remote/identity';
import type { RemoteAddress } from '../remote/url';
import { openReadOnly, using } from '../sqlite/files/open';
import { readSchema } from '../sqlite/schema/schema';
import type { Project } from './project';
import { knownRemote } from './state/known-remote';

/**
 * Makes sure that the file is there that plays the remote: a typo in the URL and a disk that is not mounted must never look
 * like an empty database. Throws REMOTE_MISSING, unless it is to be created and there is no base for it yet.
 */
export function requireFile(project: Project, address: RemoteAddress, create: boolean): void {
  if (address.kind === 'http') return;
  const known = knownRemote(project);
  const size = fs.statSync(address.file, { throwIfNoEntry: false })?.size;
  // SQLite never leaves a file of no bytes, not even after everything is dropped.
  const isEmptied = size === 0 && known !== null && hasObjects(project.files.base.database);
  if (size !== undefined && !isEmptied) return;
  if (size === undefined && known === null && create) {
    createEmpty(address.file, address.location);
    return;
  }
  throw new TursoSyncError(
    'REMOTE_MISSING',
    `${address.location} ${isEmptied ? 'is an empty file' : 'does not exist'}.`,
    {
      hint:
        known === null || !hasSameUrl(known.identity, identityOf(address, project.directory))
          ? `Check ${project.variables.url}, and that the disk is mounted. To start with a new, empty database, add --create (in the library: create: true), or fill it with \`turso-sync init --from <file>\`.`
          : `Check ${project.variables.url}, and that the disk is mounted. The base was taken from this database, so it is not created again. If it is lost for good, name a new one and fill it: \`turso-sync init --from ${path.relative(process.cwd(), project.workingCopy)} --accept-remote\`.`,
    },
  );
}

function hasObjects(database: string): boolean {
  return using(openReadOnly(database), (db) => readSchema(db).objects.length > 0);
}

/** Makes an empty database. SQLite takes a file of no bytes for one. */
function createEmpty(file: string, location: string): void {
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o600));
  } catch (error) {
    throw new TursoSyncError('REMOTE_UNREACHABLE', `${location} cannot be created (${reasonOf(error)}).`, {
      hint: 'Check the path in the database URL: the folder must exist and be writable.',
      cause: error,
    });
  }
}
