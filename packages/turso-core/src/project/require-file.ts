import fs from 'node:fs';
import path from 'node:path';
import { reasonOf, TursoSyncError } from '../errors';
import type { RemoteAddress } from '../remote/url';
import { openReadOnly, using } from '../sqlite/files/open';
import { readSchema } from '../sqlite/schema/schema';
import type { Project } from './project';
import { knownRemote } from './state/known-remote';

/** What {@link requireFile} may make. */
export interface MissingFile {
  /** Make a file that is not there an empty database, if there is no base for it yet. */
  readonly create: boolean;
  /** Also make it, or take an empty one, in the place of a remote that is lost: its content comes from here. */
  readonly refill: boolean;
}

/**
 * Makes sure that the file is there that plays the remote: a typo in the URL and a disk that is not mounted must never look
 * like an empty database. Throws REMOTE_MISSING, unless it may be made.
 */
export function requireFile(
  project: Project,
  address: RemoteAddress,
  { create, refill }: MissingFile = { create: false, refill: false },
): void {
  if (address.kind === 'http') return;
  const known = knownRemote(project);
  const size = fs.statSync(address.file, { throwIfNoEntry: false })?.size;
  // SQLite never leaves a file of no bytes, not even after everything is dropped.
  const isEmptied = size === 0 && known !== null && hasObjects(project.files.base.database);
  if (size !== undefined && (!isEmptied || refill)) return;
  if (size === undefined && (refill || (create && known === null))) {
    createEmpty(address.file, address.location);
    return;
  }
  throw new TursoSyncError(
    'REMOTE_MISSING',
    `${address.location} ${isEmptied ? 'is an empty file' : 'does not exist'}.`,
    {
      hint: `Check ${project.variables.url}, and that the disk is mounted. ${wayOn(project, known !== null)}`,
    },
  );
}

function wayOn(project: Project, hasBase: boolean): string {
  const env = project.environment === null ? '' : ` --env ${project.environment}`;
  if (!hasBase)
    return `To start with a new, empty database, run \`turso-sync init${env} --create\`, or fill it with \`turso-sync init${env} --from <file>\`.`;
  const file = path.relative(process.cwd(), project.workingCopy);
  return `There is a base already, so no empty database takes its place. If it is lost for good, fill a new one from the working copy: \`turso-sync init${env} --from ${file} --accept-remote\`, then push.`;
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
