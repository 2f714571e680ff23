import path from 'node:path';
import type { Project } from '../../project/project';
import { copyDatabase } from '../../project/state/copy-database';
import { findLeftOut, takeOut } from '../../sqlite/schema/take-out';

/**
 * Returns the database of the base without the tables excluded now. If the base is older than the `exclude` key, this
 * is a private copy in the temporary folder. The base itself keeps the state agreed with the remote, so a typo loses
 * nothing.
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
