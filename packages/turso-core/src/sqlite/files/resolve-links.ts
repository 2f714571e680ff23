import fs from 'node:fs';
import path from 'node:path';

/** Links that are followed at most, one after the other; as Linux does. */
const MOST = 40;

/**
 * The absolute path of a file or folder with all symbolic links resolved; what does not exist yet keeps its name. SQLite resolves
 * links itself, so a database's `-wal` and `-journal` lie beside the file that a link leads to, not beside the link.
 * Throws ELOOP, EACCES and what else the system says.
 */
export function resolveLinks(file: string): string {
  let at = path.resolve(file);
  for (let count = 0; count < MOST; count++) {
    try {
      return fs.realpathSync(at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const target = linkTarget(at);
    if (target === null) return path.join(resolveFolder(at), path.basename(at));
    at = path.resolve(resolveFolder(at), target);
  }
  throw Object.assign(new Error(`ELOOP: too many symbolic links, '${file}'`), { code: 'ELOOP' });
}

function resolveFolder(file: string): string {
  return resolveLinks(path.dirname(file));
}

/** Where a link leads whose target does not exist; null for what is no link. */
function linkTarget(file: string): string | null {
  const isLink = fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? fs.readlinkSync(file) : null;
}
