import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../errors';
import { readText } from '../sqlite/files/read-text';
import type { Check } from './check';

/**
 * Reads the checks of a folder and its subfolders: the `*.sql` files, sorted by name. Skips hidden files, as a shell
 * does. Returns no checks if the default folder does not exist.
 * Throws CHECK_INVALID, also if the config names a missing folder.
 */
export function readChecks({
  folder,
  isNamed,
}: {
  readonly folder: string;
  readonly isNamed: boolean;
}): Check[] {
  if (!isNamed && !fs.existsSync(folder)) return [];
  try {
    return namesIn(folder)
      .sort()
      .map((name) => ({ name, sql: readText(path.join(folder, name)) }));
  } catch (error) {
    throw new TursoSyncError(
      'CHECK_INVALID',
      `The checks in ${folder} cannot be read: ${(error as Error).message}`,
      {
        hint: 'Let it be a folder of files with one query each, or name another one by "checks" in the config.',
      },
    );
  }
}

/** Returns the names of the checks in a folder. Names in subfolders include the subfolder, as in `rows/orphans.sql`. */
function namesIn(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.')) return [];
    if (entry.isDirectory())
      return namesIn(path.join(folder, entry.name)).map((name) => `${entry.name}/${name}`);
    return /\.sql$/i.test(entry.name) ? [entry.name] : [];
  });
}
