import path from 'node:path';
import type { Project } from '../../project/project';
import { copyDatabase } from '../../project/state/copy-database';
import { findLeftOut, takeOut } from '../../sqlite/schema/take-out';

/**
 * The database of the base without what is excluded now: itself, or a private copy in the temporary folder if it was made before
 * the key was set. What the working copy and the remote agreed on then stays in the base, so that nothing is lost by a typo.
 */
export function baseDatabase(
  { files: { base }, exclude }: Pick<Project, 'files' | 'exclude'>,
  temporary: string,
): string {
  if (exclude.length === 0) return base.database;
  if (findLeftOut(base.database, exclude).tables.length === 0) return base.database;
  const copy = path.join(temporary, 'carried-base.db');
  copyDatabase(base.database, copy);
  takeOut(copy, exclude);
  return copy;
}
