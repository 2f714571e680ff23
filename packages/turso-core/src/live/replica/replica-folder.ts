import fs from 'node:fs';
import path from 'node:path';
import { fileError } from '../file-error';

/**
 * Creates a missing folder for a replica. Only its user may read it, and git ignores the replica. Throws
 * FILE_INACCESSIBLE.
 */
export function makeReplicaFolder(replica: string): void {
  const folder = path.dirname(replica);
  try {
    if (fs.mkdirSync(folder, { recursive: true, mode: 0o700 }) === undefined) return;
    fs.writeFileSync(path.join(folder, '.gitignore'), ignored(path.basename(replica)), { mode: 0o600 });
  } catch (error) {
    throw fileError(error, folder);
  }
}

/** Returns a `.gitignore` for the replica and itself. Other files in the folder are not ours. */
function ignored(name: string): string {
  const pattern = name.replace(/[*?[\\]/g, '\\$&');
  return `# Made for the replica of a live connection.\n/${pattern}*\n/.gitignore\n`;
}
