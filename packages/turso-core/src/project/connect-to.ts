import { timed, type OnEvent, type VerbOptions } from '../events';
import { connect } from '../remote/connect';
import { identityOf, isSameRemote, type RemoteIdentity } from '../remote/identity';
import type { ConnectOptions, Remote } from '../remote/remote';
import type { Project } from './project';
import { remoteChanged, type MetRemote } from './remote-changed';
import { requireFile } from './require-file';
import { adoptRemote, knownRemote } from './state/known-remote';
import { openState } from './state/open-state';

/** What every command that contacts the remote may be told. */
export interface RemoteOptions {
  /**
   * Take the remote although it is another than the base's: it is the environment's remote from now on, and your edits are
   * kept. Default is false: REMOTE_CHANGED.
   */
  readonly acceptRemote?: boolean;
}

/** How to connect. */
export interface ConnectToOptions {
  /** See {@link RemoteOptions.acceptRemote}. */
  readonly acceptRemote?: boolean | undefined;
  /** Make a file that is not there an empty database, if it has no base yet. Default is false: REMOTE_MISSING. */
  readonly create?: boolean | undefined;
  /** Make such a file, or take an empty one, although it has a base: what calls fills it from here. Default is false. */
  readonly refill?: boolean | undefined;
  /** Is told of the first contact. */
  readonly onEvent?: OnEvent | undefined;
  /** Ends requests under way. Default is none. */
  readonly signal?: AbortSignal | undefined;
}

/** A project's remote, which is the one that its base belongs to: every method throws REMOTE_CHANGED otherwise. */
export interface ProjectRemote extends Remote {
  /** Which remote it is. Throws REMOTE_CHANGED and REMOTE_UNREACHABLE. */
  identify(): Promise<RemoteIdentity>;
}

/**
 * Opens the adapter for a project's remote: the only way to it, so that no command can forget to compare it with the base's.
 * Nothing is sent yet.
 * Throws URL_MISSING, URL_UNSUPPORTED, REMOTE_MISSING, and REMOTE_CHANGED for another URL.
 */
export function connectTo(
  project: Project,
  { acceptRemote = false, onEvent, signal, create = false, refill = false }: ConnectToOptions = {},
): ProjectRemote {
  const address = project.address();
  openState(project);
  const { location } = address;
  const here = identityOf(address, project.directory);
  // Without any contact, if that tells already.
  refuseOther(project, { location, identity: here }, acceptRemote);
  requireFile(project, address, { create, refill });

  const remote = connect(address, connectionOf(project, signal));
  let identified: Promise<RemoteIdentity> | undefined;
  let isAnnounced = false;
  const announce = (): void => {
    if (!isAnnounced) onEvent?.({ type: 'connect', location });
    isAnnounced = true;
  };
  const ask = async (again: boolean): Promise<RemoteIdentity> => {
    const identity = { ...here, log: await timed(onEvent, 'connect', () => remote.logId()) };
    // What was accepted is the one that was met first.
    checkRemote(project, { location, identity }, acceptRemote && !again);
    return identity;
  };
  const identify = (again = false): Promise<RemoteIdentity> => {
    announce();
    if (again || identified === undefined)
      identified = ask(identified !== undefined).catch((error: unknown) => {
        identified = undefined;
        throw error;
      });
    return identified;
  };
  const known = checked(remote, { announce, identify });
  return {
    ...known,
    close: () => closeAndTell(remote, onEvent),
    snapshot: (file, how) => known.snapshot(file, { exclude: project.exclude, ...how }),
    identify: () => identify(),
  };
}

/** What knows the credentials for a remote. */
type Credited = Pick<Project, 'authToken' | 'encryptionKey' | 'allowHttpToken'>;

/** A remote that is asked how it stands. */
export type StatusRemote = Pick<
  Remote,
  'location' | 'fingerprint' | 'logId' | 'snapshotReads' | 'capabilities' | 'usage' | 'close'
>;

/**
 * Opens the adapter for a remote that nothing is read from or written to, so that it need not be the base's: who asks for its
 * marks compares for himself. Nothing is sent yet. Throws URL_MISSING and URL_UNSUPPORTED.
 */
export function connectForFingerprint(
  project: Pick<Project, 'address'> & Credited,
  { signal, onEvent }: VerbOptions = {},
): StatusRemote {
  const remote = connect(project.address(), connectionOf(project, signal));
  return { ...remote, close: () => closeAndTell(remote, onEvent) };
}

function connectionOf(project: Credited, signal: AbortSignal | undefined): ConnectOptions {
  const { allowHttpToken } = project;
  return {
    authToken: project.authToken(),
    encryptionKey: project.encryptionKey(),
    signal,
    ...(allowHttpToken === undefined ? {} : { allowHttpToken }),
  };
}

/**
 * Opens the adapter for a remote whichever it is, for who neither reads nor writes what belongs to the project: its self-test. Nothing is
 * sent yet. Throws URL_MISSING and URL_UNSUPPORTED.
 */
export function connectToDiagnose(
  project: Pick<Project, 'address'> & Credited,
  { signal, onEvent }: VerbOptions = {},
): Remote {
  const remote = connect(project.address(), connectionOf(project, signal));
  return { ...remote, close: () => closeAndTell(remote, onEvent) };
}

/** Tells what the connection has used, now that nothing more is asked of it. */
async function closeAndTell(remote: Remote, onEvent: OnEvent | undefined): Promise<void> {
  const used = remote.usage();
  if (used !== null) onEvent?.({ type: 'used', ...used });
  await remote.close();
}

/** Makes sure that a remote is the base's, or makes it so. Throws REMOTE_CHANGED. */
export function checkRemote(project: Project, met: MetRemote, acceptRemote: boolean): void {
  refuseOther(project, met, acceptRemote);
  adoptRemote(project, met);
}

function refuseOther(project: Project, met: MetRemote, acceptRemote: boolean): void {
  const known = knownRemote(project);
  if (known === null || acceptRemote || isSameRemote(known.identity, met.identity)) return;
  throw remoteChanged(project, known, met);
}

/** What sends nothing to a remote. */
const ASKING_NOTHING: readonly string[] = ['close', 'usage'] satisfies (keyof Remote)[];

/** A remote whose methods, whatever they are, do nothing before it is known to be the right one. */
function checked(
  remote: Remote,
  {
    announce,
    identify,
  }: { readonly announce: () => void; readonly identify: (again?: boolean) => Promise<unknown> },
): Remote {
  const guard = (name: string, value: unknown): unknown =>
    typeof value === 'function' && !ASKING_NOTHING.includes(name)
      ? (...args: unknown[]) => identify().then((): unknown => value.apply(remote, args))
      : value;
  const methods = Object.entries(remote).map(([name, value]) => [name, guard(name, value)]);
  return {
    ...(Object.fromEntries(methods) as Remote),
    // It changes nothing, and asks the server for its log: so that need not be asked for once more, and is looked at each time.
    fingerprint: async (options) => {
      announce();
      const fingerprint = await remote.fingerprint(options);
      await identify(true);
      return fingerprint;
    },
  };
}
