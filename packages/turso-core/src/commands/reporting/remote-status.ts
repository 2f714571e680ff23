import type { Project } from '../../project/project';
import { remoteChanged } from '../../project/remote-changed';
import { requireFile } from '../../project/require-file';
import { knownRemote } from '../../project/state/known-remote';
import { knownMark, type Manifest } from '../../project/state/manifest';
import { identityOf, isSameRemote } from '../../remote/identity';
import type { Remote, Usage } from '../../remote/remote';
import { problemOf, type Problem } from './problem';

/** How the remote stands. */
export interface RemoteStatus {
  /** The URL without credentials, or null where none is set or it cannot be read. */
  readonly location: string | null;
  readonly answers: boolean;
  /** Whether it has changed since the base was made; null where that cannot be told. */
  readonly hasMoved: boolean | null;
  /** Why it does not answer, or REMOTE_CHANGED if it is another than the base's. */
  readonly problem: Problem | null;
}

/** Asks how the remote stands, and tells what that used; null if the server does not tell, or was not asked. */
export async function remoteStatus(
  project: Project,
  base: Manifest | null,
  connect: () => Pick<Remote, 'fingerprint' | 'logId' | 'usage' | 'close'>,
): Promise<{ readonly remote: RemoteStatus; readonly used: Usage | null }> {
  let location: string | null = null;
  let used: Usage | null = null;
  try {
    const address = project.address();
    location = address.location;
    requireFile(project, address, false);
    const remote = connect();
    try {
      const fingerprint = await remote.fingerprint();
      const log = await remote.logId();
      used = remote.usage();
      const met = { location, identity: { ...identityOf(address, project.directory), log } };
      const owner = knownRemote(project);
      if (owner !== null && !isSameRemote(owner.identity, met.identity)) {
        const problem = problemOf(remoteChanged(project, owner, met));
        return { remote: { location, answers: true, hasMoved: null, problem }, used };
      }
      const known = base === null ? null : knownMark(base, project.exclude);
      const hasMoved = base === null || fingerprint === null || known === null ? null : fingerprint !== known;
      return { remote: { location, answers: true, hasMoved, problem: null }, used };
    } finally {
      await remote.close();
    }
  } catch (error) {
    return { remote: { location, answers: false, hasMoved: null, problem: problemOf(error) }, used };
  }
}
