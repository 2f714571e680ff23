import { createHash } from 'node:crypto';
import path from 'node:path';
import { connectForMarks } from '../project/connect-to';
import type { RemoteAddress } from '../remote/url';
import { version } from '../version';
import type { Project } from '../project/project';
import { verb } from './apart/verb';

/**
 * A mark for build caches of what `snapshot` would take: the same as long as nothing was written to the remote, another
 * one after every write, for another remote, another `exclude` and another version of turso-sync. Machines that see the same remote get
 * the same mark. Null where the remote cannot tell whether it was written to.
 * Throws the `REMOTE_*` codes, URL_MISSING, URL_UNSUPPORTED and CONFIG_HAS_SECRET.
 *
 * @example
 * ```ts
 * import { fingerprint, loadProject } from 'turso-core';
 *
 * const mark = await fingerprint(await loadProject({ cwd: 'apps/mailer' }));
 * ```
 */
export async function fingerprint(project: Marked): Promise<string | null> {
  // A server's mark needs no file, and so no process.
  return project.address().kind === 'http' ? fingerprintHere(project) : fingerprintOfFile(project);
}

/** What {@link fingerprint} needs of a project. */
type Marked = Pick<Project, 'directory' | 'address' | 'authToken' | 'encryptionKey'> &
  Partial<Pick<Project, 'exclude'>>;

const fingerprintOfFile = verb('fingerprint', fingerprintHere);

async function fingerprintHere(project: Marked): Promise<string | null> {
  const address = project.address();
  const remote = connectForMarks(project);
  try {
    const mark = await remote.fingerprint({ mayLag: true });
    if (mark === null) return null;
    return digest([version, place(address, project.directory), mark, ...(project.exclude ?? [])]);
  } finally {
    await remote.close();
  }
}

// Relative, so that clones of a repository in different folders agree on a file in it.
function place(address: RemoteAddress, directory: string): string {
  return address.kind === 'file' ? path.relative(directory, address.file) : address.location;
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
