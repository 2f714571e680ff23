import type { Cost } from '../../plan/plan';
import type { MarkedRemote } from '../../project/connect-to';
import type { Project } from '../../project/project';
import { remoteChanged } from '../../project/remote-changed';
import { requireFile } from '../../project/require-file';
import { knownRemote } from '../../project/state/known-remote';
import { knownMark, type Manifest } from '../../project/state/manifest';
import { identityOf, isSameRemote } from '../../remote/identity';
import type { Capabilities } from '../../hrana/capabilities';
import type { Usage } from '../../hrana/tally';
import { pullCost } from './pull-cost';
import { problemOf, type Problem } from './problem';

/** How the remote stands. */
export interface RemoteStatus {
  /** The URL without credentials, or null where none is set or it cannot be read. */
  readonly location: string | null;
  readonly answers: boolean;
  /** Whether it has changed since the base was made; null where that cannot be told. */
  readonly hasMoved: boolean | null;
  /** About what a pull would use, if the remote has changed or cannot tell; null for a file, and if nobody can estimate it. */
  readonly pullCost: Cost | null;
  /**
   * What the server offers of what turso-sync can do without; null if that was not asked for, if it does not answer, and for a file.
   * See `docs/compatibility.md`.
   */
  readonly capabilities: Capabilities | null;
  /** Why some of the capabilities are not known; null if nothing kept them from being asked for. */
  readonly capabilitiesProblem: Problem | null;
  /** Why it does not answer, or REMOTE_CHANGED if it is another than the base's. */
  readonly problem: Problem | null;
}

interface AskingHow {
  readonly connect: () => MarkedRemote;
  /** Whether the capabilities of the server are asked for too. */
  readonly asksCapabilities: boolean;
}

/** Asks how the remote stands, and tells what that used; null if the server does not tell, or was not asked. */
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
      const known = base === null ? null : knownMark(base, project.exclude);
      const hasMoved = fingerprint === null || known === null ? null : fingerprint !== known;
      const isPulled = base !== null && hasMoved !== false;
      // It is an estimate: whatever is in its way, the rest of the status counts.
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

/** What the server offers. If it cannot be asked, that is what is known, and why. */
async function askCapabilities(
  remote: MarkedRemote,
  base: Manifest | null,
): Promise<Pick<RemoteStatus, 'capabilities' | 'capabilitiesProblem'>> {
  // A push has found out whether `user_version` can be set, if it met it.
  const withVersion = (found: Capabilities | null): Capabilities | null =>
    found !== null && base?.userVersionStaysLocal === true ? { ...found, userVersion: false } : found;
  try {
    return { capabilities: withVersion(await remote.capabilities({ ask: true })), capabilitiesProblem: null };
  } catch (error) {
    return { capabilities: withVersion(await remote.capabilities()), capabilitiesProblem: problemOf(error) };
  }
}
