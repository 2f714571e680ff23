import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processRoot } from './process-root';

/**
 * Makes a new empty folder, removed when the process ends.
 *
 * @param prefix - the beginning of its name. Default is `test-`.
 */
export function makeTempDir(prefix = 'test-'): string {
  return mkdtempSync(join(processRoot(), prefix));
}

/** Removes a folder and all in it. A folder that is not there is no error. */
export function removeTempDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}
