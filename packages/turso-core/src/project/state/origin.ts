import fs from 'node:fs';
import path from 'node:path';

/** The name of what a base was before one's own pushes. */
export const ORIGIN = 'origin.db';

/**
 * What the working copy and the remote agreed on before one's own pushes, by the folder of a base: it stays the same file while these move
 * the base on. Null if there is no base.
 */
export function originIn(base: string): string | null {
  const files = [ORIGIN, 'baseline.db'].map((name) => path.join(base, name));
  return files.find((file) => fs.existsSync(file)) ?? null;
}
