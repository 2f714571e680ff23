import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../errors';
import type { Check } from './check';

/**
 * Reads the checks of a folder and its subfolders: the files `*.sql`, by name. Hidden files are none, as for a shell. None if there is no
 * such folder. Throws CHECK_INVALID, also for a folder that the config names and that is not there.
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
      .map((name) => ({ name, sql: readSql(path.join(folder, name)) }));
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

/** The names of the checks in a folder, with those of its subfolders before them, as in `rows/orphans.sql`. */
function namesIn(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.')) return [];
    if (entry.isDirectory())
      return namesIn(path.join(folder, entry.name)).map((name) => `${entry.name}/${name}`);
    return /\.sql$/i.test(entry.name) ? [entry.name] : [];
  });
}

function readSql(file: string): string {
  return fs.readFileSync(file, 'utf8').replace(/^\ufeff/, '');
}
