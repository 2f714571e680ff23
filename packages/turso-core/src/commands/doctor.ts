import { timed, type OnEvent, type VerbOptions } from '../events';
import os from 'node:os';
import path from 'node:path';
import { TursoSyncError } from '../errors';
import type { Capabilities } from '../hrana/capabilities';
import { isLoopback } from '../is-loopback';
import { connectToDiagnose } from '../project/connect-to';
import type { Project } from '../project/project';
import { requireFile } from '../project/require-file';
import type { RemoteAddress } from '../remote/url';
import { version } from '../version';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';
import type { DoctorCheck } from './diagnosing/check';
import { examine, type ExamineOptions } from './diagnosing/examine';
import { createHiding } from './diagnosing/hide';
import { proxyOf } from './diagnosing/proxy-of';
import { isUrlSet } from './reporting/is-url-set';
import { ownSqlite } from './reporting/own-sqlite';

export type { CheckName, DoctorCheck } from './diagnosing/check';

/** Options of `doctor`. */
export interface DoctorOptions extends VerbOptions {
  /** Only reads, without the self-test. Default is false. */
  readonly readOnly?: boolean;
  /** Reports the host of the database. Default is false. */
  readonly showHost?: boolean;
}

/** Result of `doctor`. It contains no secrets and reveals nothing about the database's content. */
export interface DoctorResult extends VerbResult {
  /** `healthy` if no check has failed, otherwise `unhealthy`. */
  readonly outcome: 'healthy' | 'unhealthy';
  /** The URL of the remote, if `showHost` is set; else null. */
  readonly remote: string | null;
  /** The name of the environment, if `showHost` is set; else null. */
  readonly environment: string | null;
  /** The versions in use. */
  readonly versions: {
    readonly tursoSync: string;
    readonly node: string;
    readonly sqlite: string;
    /** The remote's version of SQLite; null if it did not report it. */
    readonly remoteSqlite: string | null;
    /** For example `linux x64`. */
    readonly platform: string;
  };
  /** The config, without names and values. */
  readonly config: {
    /** The name of the config file, without its folder; null if there is none. */
    readonly file: string | null;
    /** Number of environments in the config, and whether one of them is in use. */
    readonly environments: number;
    readonly usesEnvironment: boolean;
    /** Number of excluded names and patterns. */
    readonly excluded: number;
    readonly isUrlSet: boolean;
    readonly isTokenSet: boolean;
    readonly isEncryptionKeySet: boolean;
  };
  /** The way to the remote, without its name. */
  readonly connection: {
    readonly kind: 'server' | 'file' | null;
    /** For example `libsql`; null if no URL is set. */
    readonly scheme: string | null;
    /** The host, if it was requested; else null. */
    readonly host: string | null;
    readonly isEncrypted: boolean;
    readonly isOnThisMachine: boolean;
    /** Whether requests go through a proxy named in the environment variables. */
    readonly isBehindProxy: boolean;
  };
  /** The server's capabilities; null if it did not answer, and for a file. */
  readonly capabilities: Capabilities | null;
  /** The checks, in order. */
  readonly checks: readonly DoctorCheck[];
}

/**
 * Checks whether turso-sync can work with a project's remote: the connection, the token, the clock, the server's
 * capabilities and the needs of a push. For the last, it writes to a separate table and removes it. Never throws for an
 * unreachable remote: it reports it. The result contains no secret, no path and no data, so anybody may see it.
 *
 * @example
 * ```ts
 * import { doctor, loadProject } from 'turso-core';
 *
 * const { outcome, checks } = await doctor(await loadProject(), { readOnly: true });
 * ```
 */
export const doctor = verb<[options?: DoctorOptions], DoctorResult>('doctor', doctorWith);

async function doctorWith(
  project: Project,
  { readOnly = false, showHost = false, signal, onEvent }: DoctorOptions,
): Promise<Own<DoctorResult> & Pick<DoctorResult, 'environment'>> {
  const address = addressOf(project);
  const hide = createHiding(project, address, showHost);
  const tell = showHost ? onEvent : withoutNames(onEvent, hide);
  const { checks, capabilities, remoteSqlite } = await timed(tell, 'examine the remote', (onProgress) =>
    examine(project, {
      open: () => open(project, { signal, onEvent: tell }),
      readOnly,
      onProgress,
      asStep: (test) => timed(tell, 'test the remote', test),
    }),
  );
  return {
    outcome: checks.some(({ outcome }) => outcome === 'failed') ? 'unhealthy' : 'healthy',
    environment: showHost ? project.environment : null,
    versions: {
      tursoSync: version,
      node: process.versions.node,
      sqlite: ownSqlite(),
      remoteSqlite,
      platform: `${os.platform()} ${os.arch()}`,
    },
    config: configOf(project),
    connection: connectionOf(address, showHost),
    capabilities,
    checks: checks.map((check) => hidden(check, hide)),
  };
}

/** Passes on events without the URL, and warnings without names. */
function withoutNames(onEvent: OnEvent | undefined, hide: (text: string) => string): OnEvent {
  return (event) => {
    if (event.type === 'connect') return;
    onEvent?.(event.type === 'warning' ? { ...event, message: hide(event.message) } : event);
  };
}

function open(project: Project, options: VerbOptions): ReturnType<ExamineOptions['open']> {
  const address = project.address();
  requireFile(project, address);
  options.onEvent?.({ type: 'connect', location: address.location });
  return { address, remote: connectToDiagnose(project, options) };
}

function addressOf(project: Project): RemoteAddress | null {
  try {
    return project.address();
  } catch (error) {
    if (error instanceof TursoSyncError) return null;
    throw error;
  }
}

function configOf(project: Project): DoctorResult['config'] {
  const { configFile, environments, environment, exclude } = project;
  return {
    file: configFile === null ? null : path.basename(configFile),
    environments: environments.length,
    usesEnvironment: environment !== null,
    excluded: exclude.length,
    isUrlSet: isUrlSet(project),
    isTokenSet: project.authToken() !== undefined,
    isEncryptionKeySet: project.encryptionKey() !== undefined,
  };
}

function connectionOf(address: RemoteAddress | null, showHost: boolean): DoctorResult['connection'] {
  if (address === null) return { ...NOWHERE, kind: null };
  const scheme = address.location.replace(/:.*/s, '');
  if (address.kind === 'file') return { ...NOWHERE, kind: 'file', scheme, isOnThisMachine: true };
  const { host, hostname, protocol } = address.url;
  return {
    kind: 'server',
    scheme,
    host: showHost ? host : null,
    isEncrypted: protocol === 'https:',
    isOnThisMachine: isLoopback(hostname),
    isBehindProxy: proxyOf(address) !== null,
  };
}

const NOWHERE = {
  scheme: null,
  host: null,
  isEncrypted: false,
  isOnThisMachine: false,
  isBehindProxy: false,
};

function hidden(check: DoctorCheck, hide: (text: string) => string): DoctorCheck {
  const { problem } = check;
  return {
    ...check,
    detail: hide(check.detail),
    problem: problem && {
      code: problem.code,
      message: hide(problem.message),
      hint: problem.hint === null ? null : hide(problem.hint),
    },
  };
}
