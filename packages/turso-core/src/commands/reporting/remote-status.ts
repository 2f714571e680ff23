import type { Cost } from '../../plan/plan';
import type { StatusRemote } from '../../project/connect-to';
import type { Project } from '../../project/project';
import { remoteChanged } from '../../project/remote-changed';
import { requireFile } from '../../project/require-file';
import { knownRemote } from '../../project/state/known-remote';
import { fingerprintUnder, type Manifest } from '../../project/state/manifest';
import { identityOf, isSameRemote } from '../../remote/identity';
import type { Capabilities } from '../../hrana/capabilities';
import type { Usage } from '../../hrana/tally';
import { pullCost } from './pull-cost';
import { problemOf, type Problem } from './problem';

/** The state of the remote. */
export interface RemoteStatus {
  /** The URL without credentials, or null if it is not set or cannot be read. */
  readonly location: string | null;
  /** Whether it answers. */
  readonly answers: boolean;
  /** Whether it has changed since the base was made; null if unknown. */
  readonly hasMoved: boolean | null;
  /**
   * Estimated usage of a pull, if the remote has changed or cannot tell. Null for a file, and if there is no estimate.
   */
  readonly pullCost: Cost | null;
  /**
   * The server's optional capabilities. Null if they were not requested, if the server does not answer, and for a file.
   * See `docs/compatibility.md`.
   */
  readonly capabilities: Capabilities | null;
  /** The reason why some capabilities are unknown; null if none prevented the request. */
  readonly capabilitiesProblem: Problem | null;
  /** The reason why it does not answer, or REMOTE_CHANGED if it is not the base's remote. */
  readonly problem: Problem | null;
}

interface AskingHow {
  readonly connect: () => StatusRemote;
  /** Whether to request the server's capabilities too. */
  readonly asksCapabilities: boolean;
}

/**
 * Finds the state of the remote and the usage of this request. The usage is null if the server does not report it or
 * was not asked.
 */
export async function remoteStatus(
  project: Project,
  base: Manifest | null,
  { connect, asksCapabilities }: AskingHow,
): Promise<{ readonly remote: RemoteStatus; readonly used: Usage | null }> {
  let location: string | null = null;
  let used: Usage | null = null;
  const told = (found: Pick<RemoteStatus, 'answers' | 'problem'> & Partial<RemoteStatus>): RemoteStatus => ({
    ...{ location, hasMoved: null, pullCost: null, capabilities: null, capabilitiesProblem: null },
    ...found,
  });
  try {
    const address = project.address();
    location = address.location;
    requireFile(project, address);
    const remote = connect();
    try {
      const fingerprint = await remote.fingerprint({ mayLag: true, known: base?.fingerprint });
      const log = await remote.logId();
      const offered = asksCapabilities ? await askCapabilities(remote, base) : {};
      const met = { location, identity: { ...identityOf(address, project.directory), log } };
      const owner = knownRemote(project);
      if (owner !== null && !isSameRemote(owner.identity, met.identity)) {
        const problem = problemOf(remoteChanged(project, owner, met));
        return { remote: told({ answers: true, problem, ...offered }), used: remote.usage() };
      }
      const known = base === null ? null : fingerprintUnder(base, project.exclude);
      const hasMoved = fingerprint === null || known === null ? null : fingerprint !== known;
      const isPulled = base !== null && hasMoved !== false;
      // This is only an estimate. If it fails, the rest of the status still counts.
      const cost = isPulled
        ? await pullCost(project, remote, met.identity, fingerprint).catch(() => null)
        : null;
      used = remote.usage();
      return { remote: told({ answers: true, problem: null, hasMoved, pullCost: cost, ...offered }), used };
    } finally {
      await remote.close();
    }
  } catch (error) {
    return { remote: told({ answers: false, problem: problemOf(error) }), used };
  }
}

/** Returns the server's capabilities. If they cannot be requested, returns the known ones and the reason. */
async function askCapabilities(
  remote: StatusRemote,
  base: Manifest | null,
): Promise<Pick<RemoteStatus, 'capabilities' | 'capabilitiesProblem'>> {
  // An earlier push may have found that `user_version` cannot be set.
  const withVersion = (found: Capabilities | null): Capabilities | null =>
    found !== null && base?.userVersionStaysLocal === true ? { ...found, userVersion: false } : found;
  try {
    return { capabilities: withVersion(await remote.capabilities({ ask: true })), capabilitiesProblem: null };
  } catch (error) {
    return { capabilities: withVersion(await remote.capabilities()), capabilitiesProblem: problemOf(error) };
  }
}
