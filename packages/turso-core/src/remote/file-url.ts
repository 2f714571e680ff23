import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TursoSyncError } from '../errors';
import { resolveLinks } from '../sqlite/files/resolve-links';
import type { RemoteAddress } from './url';

/** Reads what follows `file:` in a URL. A relative path starts at `directory`. Throws URL_UNSUPPORTED. */
export function readFileUrl(rest: string, directory: string): RemoteAddress {
  if (rest.replace(/^\/+/, '') === '') throw unsupported('The database URL "file:" names no file.');
  if (/[?#]/.test(rest)) {
    throw unsupported(
      'The file URL has a parameter or a fragment.',
      'Write ? as %3F and # as %23 if they belong to the name.',
    );
  }
  const file = pathOf(rest, directory);
  return { kind: 'file', file: resolved(file), location: `file:${file}` };
}

const FILE_HINT = 'Write file:./remote.db, or file:///absolute/path/remote.db.';

function unsupported(message: string, hint = FILE_HINT, cause?: unknown): TursoSyncError {
  return new TursoSyncError('URL_UNSUPPORTED', message, { hint, cause });
}

/** A URL with one slash may have a drive too: `file:/C:/remote.db`. */
const isWindows = path.sep === '\\';

function pathOf(rest: string, directory: string): string {
  try {
    if (/%2f/i.test(rest)) throw new Error('There is an encoded slash in it.');
    const file = rest.startsWith('//')
      ? fileURLToPath(`file:${rest}`, { windows: isWindows })
      : path.resolve(directory, decodeURIComponent(isWindows ? rest.replace(/^\/(?=[a-z]:)/i, '') : rest));
    if (file.includes('\0')) throw new Error('There is a NUL in it.');
    return file;
  } catch (cause) {
    throw unsupported('The file URL cannot be read as a path.', FILE_HINT, cause);
  }
}

function resolved(file: string): string {
  try {
    return resolveLinks(file);
  } catch (cause) {
    throw unsupported(
      `The file URL leads to no file: ${(cause as Error).message}.`,
      'Check the path, its links, and its permissions.',
      cause,
    );
  }
}
