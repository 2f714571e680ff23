import fs from 'node:fs';
import path from 'node:path';
import { TursoSyncError } from '../errors';
import type { Check } from './check';

/** Reads the checks of a folder: its files `*.sql`, by name. None if there is no such folder. Throws CHECK_INVALID. */
export function readChecks(folder: string): Check[] {
  if (!fs.existsSync(folder)) return [];
  try {
    return fs
      .readdirSync(folder)
      .filter((name) => name.endsWith('.sql'))
      .sort()
      .map((name) => ({
        name,
        sql: fs.readFileSync(path.join(folder, name), 'utf8').replace(/^\ufeff/, ''),
      }));
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
