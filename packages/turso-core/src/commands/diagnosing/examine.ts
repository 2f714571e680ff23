import os from 'node:os';
import { TursoSyncError } from '../../errors';
import type { Progress } from '../../events';
import type { Capabilities } from '../../hrana/capabilities';
import { isLoopback } from '../../is-loopback';
import type { Project } from '../../project/project';
import type { Remote } from '../../remote/remote';
import type { RemoteAddress } from '../../remote/url';
import { nameDoctorTable } from '../../sqlite/doctor-table';
import { createChecks, failed, type CheckName, type Checks, type DoctorCheck, type Found } from './check';
import { readClock, type Clock } from './clock';
import { selfTest, WRITING_CHECKS } from './self-test';

/** The facts found about the remote. */
export interface Examined {
  readonly checks: readonly DoctorCheck[];
  readonly capabilities: Capabilities | null;
  readonly remoteSqlite: string | null;
}

/** What the remote has told. */
type Told = Omit<Examined, 'checks'>;

/** Options for examining a remote. */
export interface ExamineOptions {
  /** Opens the remote, or throws the reason why it cannot be opened. */
  readonly open: () => { readonly address: RemoteAddress; readonly remote: Remote };
  readonly readOnly: boolean;
  readonly onProgress: (progress: Progress) => void;
  /** Runs the self-test as a step of its own. */
  readonly asStep: <T>(test: () => Promise<T>) => Promise<T>;
}

/** Examines a project's remote: first without writing, then by the self-test. */
export async function examine(
  project: Project,
  { onProgress, ...options }: ExamineOptions,
): Promise<Examined> {
  const checks = createChecks(onProgress);
  return { ...(await examineWith(project, checks, options)), checks: checks.all };
}

async function examineWith(
  project: Project,
  checks: Checks,
  { open, readOnly, asStep }: Omit<ExamineOptions, 'onProgress'>,
): Promise<Told> {
  let opened: ReturnType<typeof open> | undefined;
  let clock: Clock | null = null;
  let refusal: TursoSyncError | undefined;
  await checks.run('connection', async () => {
    try {
      opened = open();
      clock = await readClock(opened.remote);
      return { detail: `answered after ${Math.round(clock.milliseconds)} ms` };
    } catch (error) {
      if (!isAboutToken(error)) throw error;
      refusal = error;
      return { detail: error.code === 'TOKEN_OVER_HTTP' ? 'not tried with the token' : 'answered' };
    }
  });
  if (opened === undefined) {
    checks.skip(['tls', 'token', ...AFTER_TOKEN], 'there is no connection');
    return UNTOLD;
  }
  const { address, remote } = opened;
  try {
    return await examineOpened();
  } finally {
    await remote.close();
  }

  async function examineOpened(): Promise<Told> {
    await checks.run('tls', () => tls(address, checks));
    if (clock === null && refusal === undefined) {
      checks.skip(['token', ...AFTER_TOKEN], 'there is no connection');
      return UNTOLD;
    }
    await checks.run('token', () => {
      if (address.kind === 'file') return { detail: 'a file needs none', outcome: 'skipped' };
      if (refusal !== undefined) throw refusal;
      return {
        detail: project.authToken() === undefined ? 'none is set, and none is asked for' : 'accepted',
      };
    });
    if (clock === null) {
      checks.skip(AFTER_TOKEN, 'the token is not accepted');
      return UNTOLD;
    }
    const { skew, seconds, sqlite } = clock;
    await checks.run('clock', () => compareClocks(address, skew));
    const capabilities = await askCapabilities(checks, remote);
    const userVersion = readOnly ? null : await test(seconds);
    if (readOnly) checks.skip(WRITING_CHECKS, 'only reading was asked for');
    return {
      capabilities: capabilities && (await afterTest(capabilities, remote, userVersion)),
      remoteSqlite: sqlite,
    };
  }

  function test(now: number): Promise<boolean | null> {
    const owner = `${os.hostname()}\0${project.directory}`;
    return asStep(() => selfTest({ remote, checks, table: nameDoctorTable(owner, now), owner, now }));
  }
}

async function askCapabilities(checks: Checks, remote: Remote): Promise<Capabilities | null> {
  let found: Capabilities | null = null;
  await checks.run('capabilities', async () => {
    await remote.fingerprint();
    found = await remote.capabilities({ ask: true });
    return {
      detail: found === null ? 'a file has all that is needed' : 'the server has told what it offers',
    };
  });
  return found;
}

const UNTOLD: Told = { capabilities: null, remoteSqlite: null };

const AFTER_TOKEN: readonly CheckName[] = ['clock', 'capabilities', ...WRITING_CHECKS];

function isAboutToken(error: unknown): error is TursoSyncError {
  return error instanceof TursoSyncError && ['REMOTE_UNAUTHORIZED', 'TOKEN_OVER_HTTP'].includes(error.code);
}

function tls(address: RemoteAddress, { all }: Checks): Found {
  if (address.kind === 'file') return { detail: 'a file needs none', outcome: 'skipped' };
  const { protocol, hostname } = address.url;
  const problem = all.find(({ name }) => name === 'connection')?.problem;
  if (protocol === 'https:') {
    if (problem === null || problem === undefined) return { detail: 'the certificate is trusted' };
    return problem.code === 'REMOTE_TLS'
      ? failed(problem.message)
      : { detail: 'the connection failed for another reason', outcome: 'skipped' };
  }
  return isLoopback(hostname)
    ? { detail: 'none is needed: the server is on this machine' }
    : { detail: 'none: everybody on the way can read the data', outcome: 'warned' };
}

/** Milliseconds by which clocks may differ without a warning. */
const SKEW = 5000;

function compareClocks(address: RemoteAddress, skew: number): Found {
  if (address.kind === 'file') return { detail: 'a file has none of its own', outcome: 'skipped' };
  const seconds = Math.abs(Math.round(skew / 100) / 10);
  const detail = `the server's clock is ${seconds} s ${skew < 0 ? 'behind' : 'ahead'}`;
  return Math.abs(skew) > SKEW
    ? { detail: `${detail}: tokens may be refused that are valid`, outcome: 'warned' }
    : { detail };
}

/** Adds the findings of the self-test: a new database knows the number of its latest write only now. */
async function afterTest(
  before: Capabilities,
  remote: Remote,
  userVersion: boolean | null,
): Promise<Capabilities> {
  if (userVersion === null) return before;
  // The checks have already reported any obstacle.
  if (before.replicationIndex === null) await remote.fingerprint().catch(() => null);
  return {
    ...before,
    replicationIndex: (await remote.capabilities())?.replicationIndex ?? null,
    userVersion,
  };
}
