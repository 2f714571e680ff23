import fs from 'node:fs';
import path from 'node:path';

/** The name of a base's state before one's own pushes. */
export const ORIGIN = 'origin.db';

/**
 * Returns the file in a base's folder with the last common state before one's own pushes. It stays the same file while
 * pushes advance the base. Returns null if there is no base.
 */
export function originIn(base: string): string | null {
  const files = [ORIGIN, 'baseline.db'].map((name) => path.join(base, name));
  return files.find((file) => fs.existsSync(file)) ?? null;
}
