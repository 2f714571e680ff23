import fs from 'node:fs';
import path from 'node:path';

/** The maximum number of links to follow one after another, as in Linux. */
const MOST = 40;

/**
 * Returns the absolute path of a file or folder with all symbolic links resolved. Parts that do not exist yet keep
 * their names. SQLite resolves links itself: a database's `-wal` and `-journal` lie beside the target of a link, not
 * beside the link. Throws ELOOP, EACCES and other errors of the system.
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
    // A drive of Windows may be missing, and has no folder above it.
    if (path.dirname(at) === at) return at;
    if (target === null) return path.join(resolveFolder(at), path.basename(at));
    at = path.resolve(resolveFolder(at), target);
  }
  throw Object.assign(new Error(`ELOOP: too many symbolic links, '${file}'`), { code: 'ELOOP' });
}

function resolveFolder(file: string): string {
  return resolveLinks(path.dirname(file));
}

/** Returns the target of a link to a missing file; null for anything else. */
function linkTarget(file: string): string | null {
  const isLink = fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? fs.readlinkSync(file) : null;
}
