import type { VerbOptions } from '../events';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { connectForFingerprint } from '../project/connect-to';
import type { RemoteAddress } from '../remote/url';
import { version } from '../version';
import { innerProject, type Project as Handle } from '../project/handle';
import type { Project } from '../project/project';
import { callable } from './apart/verb';

/**
 * Returns a fingerprint of the remote's state as `snapshot` would copy it, for build caches. It stays the same until
 * somebody writes to the remote. It differs after every write, and for another remote, another `exclude` or another
 * version of turso-sync. Machines with the same remote get the same fingerprint. Returns null if the remote cannot
 * detect writes.
 * Throws the `REMOTE_*` codes, URL_MISSING, URL_UNSUPPORTED and CONFIG_HAS_SECRET.
 *
 * @example
 * ```ts
 * import { fingerprint, loadProject } from 'turso-core';
 *
 * const digest = await fingerprint(await loadProject({ cwd: 'apps/mailer' }));
 * ```
 */
export async function fingerprint(project: Handle, options: VerbOptions = {}): Promise<string | null> {
  return fingerprintOf(innerProject('fingerprint()', project), options);
}

/** Acts as {@link fingerprint} for our own programs, which may know only the remote. */
export async function fingerprintOf(
  project: FingerprintedProject,
  options: VerbOptions = {},
): Promise<string | null> {
  const inner = innerProject('fingerprint()', project);
  // The fingerprint of a server needs no file, and so no separate process.
  return inner.address().kind === 'http'
    ? fingerprintOfServer(inner, options)
    : fingerprintOfFile(inner, options);
}

/** The parts of a project {@link fingerprint} needs. */
type FingerprintedProject = Pick<Project, 'directory' | 'address' | 'authToken' | 'encryptionKey'> &
  Partial<Pick<Project, 'exclude'>>;

const fingerprintOfFile = callable('fingerprint', fingerprintHere);
const fingerprintOfServer = callable('fingerprint', fingerprintHere, 'here');

async function fingerprintHere(
  project: FingerprintedProject,
  options: VerbOptions = {},
): Promise<string | null> {
  const address = project.address();
  const remote = connectForFingerprint(project, options);
  options.onEvent?.({ type: 'connect', location: address.location });
  try {
    const found = await remote.fingerprint({ mayLag: true });
    if (found === null) return null;
    return digest([version, place(address, project.directory), found, ...(project.exclude ?? [])]);
  } finally {
    await remote.close();
  }
}

// Relative: clones of a repository in different folders then agree on a file in it.
function place(address: RemoteAddress, directory: string): string {
  return address.kind === 'file' ? path.relative(directory, address.file) : address.location;
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
