import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDatabase, editDatabase } from '../build-database';
import { compareDatabases, type CompareOptions } from '../compare-databases';
import { makeTempDir } from '../temp-dir';

export const dir = makeTempDir();
export const a = join(dir, 'a.db');
export const b = join(dir, 'b.db');

/** Builds {@link a}, makes {@link b} by editing a copy, and compares the two. */
export function compareEdited(base: string, edit: string, options?: CompareOptions): string[] {
  buildDatabase(a, base);
  copyFileSync(a, b);
  editDatabase(b, edit);
  return compareDatabases(a, b, options);
}
