import type { OnEvent } from '../../events';
import type { Cost } from '../../plan/plan';
import type { StatusRemote } from '../../project/connect-to';
import type { Project } from '../../project/project';
import { remoteChanged } from '../../project/remote-changed';
import { requireFile } from '../../project/require-file';
import { knownRemote } from '../../project/state/known-remote';
import { fingerprintUnder, type Manifest } from '../../project/state/manifest';
import { identityOf, isSameRemote } from '../../remote/identity';
import type { Capabilities } from '../../hrana/capabilities';
import { pullCost } from './pull-cost';
import { problemOf, type Problem } from './problem';

/** The state of the remote. */
export interface RemoteStatus {
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
  readonly onEvent: OnEvent | undefined;
  /** Whether to request the server's capabilities too. */
  readonly asksCapabilities: boolean;
}

/** Finds the state of the remote. */
export async function remoteStatus(
  project: Project,
  base: Manifest | null,
  { connect, asksCapabilities, onEvent }: AskingHow,
): Promise<RemoteStatus> {
  const told = (found: Pick<RemoteStatus, 'answers' | 'problem'> & Partial<RemoteStatus>): RemoteStatus => ({
    ...{ hasMoved: null, pullCost: null, capabilities: null, capabilitiesProblem: null },
    ...found,
  });
  try {
    const address = project.address();
    const { location } = address;
    onEvent?.({ type: 'connect', location });
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
        return told({ answers: true, problem, ...offered });
      }
      const known = base === null ? null : fingerprintUnder(base, project.exclude);
      const hasMoved = fingerprint === null || known === null ? null : fingerprint !== known;
      const isPulled = base !== null && hasMoved !== false;
      // This is only an estimate. If it fails, the rest of the status still counts.
      const cost = isPulled
        ? await pullCost(project, remote, met.identity, fingerprint).catch(() => null)
        : null;
      return told({ answers: true, problem: null, hasMoved, pullCost: cost, ...offered });
    } finally {
      await remote.close();
    }
  } catch (error) {
    return told({ answers: false, problem: problemOf(error) });
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
