import fs from 'node:fs';
import { countChanges, NO_CHANGES, summarize, type ChangeSummary } from '../changeset/summary';
import { systemCode } from '../errors';
import { connectForFingerprint } from '../project/connect-to';
import { version } from '../version';
import { isLocked } from '../project/state/lock';
import { readManifest, type Manifest } from '../project/state/manifest';
import type { SnapshotFiles, Project } from '../project/project';
import { openState } from '../project/state/open-state';
import { readPushJournal } from '../project/state/push-journal';
import { timed, type OnEvent, type VerbOptions } from '../events';
import { isUrlSet } from './reporting/is-url-set';
import { ownSqlite } from './reporting/own-sqlite';
import { problemOf, type Problem } from './reporting/problem';
import { remoteStatus, type RemoteStatus } from './reporting/remote-status';
import { withTemporary } from '../project/state/temporary';
import { workflowMode, type WorkflowMode } from '../project/workflow-mode';
import { howToStart } from './starting/how-to-start';
import { requireBase, withComparison } from './comparing/compare';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';

export type { Problem } from './reporting/problem';
export type { Capabilities, Capability } from '../hrana/capabilities';
export type { RemoteStatus } from './reporting/remote-status';

/** Options of `status`. */
export interface StatusOptions extends VerbOptions {
  /** Asks the server for its capabilities, in one more request that reads a few rows. Default is false. */
  readonly capabilities?: boolean;
}

/** Facts about a file. */
export interface FileStatus {
  /** The absolute path. */
  readonly path: string;
  /** Size in bytes, or null if the file does not exist. */
  readonly bytes: number | null;
  /** Time of the last write; ISO 8601. */
  readonly modifiedAt: string | null;
}

/** Facts about a snapshot. */
export interface SnapshotStatus extends FileStatus {
  /** Null if it does not exist or cannot be read. */
  readonly manifest: Manifest | null;
  /** Why it cannot be read, or null. */
  readonly problem: Problem | null;
}

/** Result of `status`. If one part fails, the others are still filled in. */
export interface StatusResult extends VerbResult {
  /** `complete`, or `incomplete` if a part could not be found out: the part has a `problem`. */
  readonly outcome: 'complete' | 'incomplete';
  /** The project's folder and settings. */
  readonly project: {
    readonly directory: string;
    readonly configFile: string | null;
    /** Names and patterns of the tables and views left out. */
    readonly exclude: readonly string[];
  };
  /**
   * The variables for URL, token and encryption key, and whether they are set. Their values are not reported. By
   * default no variable is named for the key: null.
   */
  readonly variables: {
    readonly url: { readonly name: string; readonly isSet: boolean };
    readonly authToken: { readonly name: string; readonly isSet: boolean };
    readonly encryptionKey: { readonly name: string; readonly isSet: boolean } | null;
  };
  /** The folder's way of working, derived from its files. */
  readonly mode: WorkflowMode;
  /** The working copy. */
  readonly workingCopy: FileStatus;
  /** The database of a live connection's replica. */
  readonly replica: FileStatus;
  /** The latest snapshot. */
  readonly snapshot: SnapshotStatus;
  /** The base of the working copy. */
  readonly base: SnapshotStatus;
  /** The state of the remote, as it answered just now. */
  readonly remoteState: RemoteStatus;
  /** The changes a push would send. */
  readonly pending: { readonly changes: ChangeSummary | null; readonly problem: Problem | null };
  /** A push cut off earlier, or null. The next command finds out whether it reached the remote. */
  readonly cutOff: { readonly startedAt: string; readonly remote: string } | null;
  /** The versions in use. */
  readonly versions: { readonly tursoSync: string; readonly node: string; readonly sqlite: string };
  /** Next steps, the most useful first. */
  readonly next: readonly string[];
}

/** Reports the state of a project. Never throws for an unreachable remote or missing files: it reports them. */
export const status = verb<[options?: StatusOptions], StatusResult>('status', statusWith);

async function statusWith(
  project: Project,
  { capabilities = false, signal, onEvent }: StatusOptions,
): Promise<Own<StatusResult>> {
  const [snapshot, base] = [project.files.snapshot, project.files.base].map((files) =>
    snapshotStatus(project, files),
  ) as [SnapshotStatus, SnapshotStatus];
  const remoteState = await timed(onEvent, 'connect', () =>
    remoteStatus(project, base.manifest, {
      connect: () => connectForFingerprint(project, { signal, onEvent }),
      asksCapabilities: capabilities,
      onEvent,
    }),
  );
  const pending = await pendingStatus(project, base, onEvent);
  const workingCopy = fileStatus(project.workingCopy);
  const cutOff = cutOffPush(project);
  const mode = workflowMode(project);
  const parts = [snapshot, base, remoteState, pending];
  const isComplete =
    parts.every(({ problem }) => problem === null) && remoteState.capabilitiesProblem === null;
  return {
    outcome: isComplete ? 'complete' : 'incomplete',
    project: {
      directory: project.directory,
      configFile: project.configFile,
      exclude: project.exclude,
    },
    variables: {
      url: { name: project.variables.url, isSet: isUrlSet(project) },
      authToken: { name: project.variables.authToken, isSet: project.authToken() !== undefined },
      encryptionKey:
        project.variables.encryptionKey === null
          ? null
          : { name: project.variables.encryptionKey, isSet: project.encryptionKey() !== undefined },
    },
    mode,
    workingCopy,
    replica: fileStatus(project.replica),
    snapshot,
    base,
    remoteState,
    pending,
    cutOff,
    versions: { tursoSync: version, node: process.versions.node, sqlite: ownSqlite() },
    next: nextSteps(project, { mode, workingCopy, snapshot, base, remoteState, pending, cutOff }),
  };
}

function fileStatus(path: string): FileStatus {
  const stat = statOf(path);
  return { path, bytes: stat?.size ?? null, modifiedAt: stat?.mtime.toISOString() ?? null };
}

function statOf(path: string): fs.Stats | undefined {
  try {
    return fs.statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // {@link snapshotStatus} reports problems of the state folder.
    if (/^E(ACCES|PERM|NOTDIR)$/.test(systemCode(error))) return undefined;
    throw error;
  }
}

function snapshotStatus(project: Project, files: SnapshotFiles): SnapshotStatus {
  const file = fileStatus(files.database);
  try {
    openState(project);
    return { ...file, manifest: readManifest(files), problem: null };
  } catch (error) {
    return { ...file, manifest: null, problem: problemOf(error) };
  }
}

async function pendingStatus(
  project: Project,
  base: SnapshotStatus,
  onEvent: OnEvent | undefined,
): Promise<StatusResult['pending']> {
  if (base.manifest === null) return { changes: null, problem: base.problem };
  try {
    requireBase(project);
    const changes = await withTemporary(project.files.directory, (temporary) =>
      withComparison(
        project,
        temporary,
        (found) => (found === null ? NO_CHANGES : summarize(found.changeset)),
        onEvent,
      ),
    );
    return { changes, problem: null };
  } catch (error) {
    return { changes: null, problem: problemOf(error) };
  }
}

function cutOffPush({ files }: Project): StatusResult['cutOff'] {
  const journal = readPushJournal(files);
  // While the lock is held, the push is still running.
  if (journal === null || isLocked(files.lock)) return null;
  return { startedAt: journal.startedAt, remote: journal.remote };
}

type State = Pick<
  StatusResult,
  'mode' | 'workingCopy' | 'snapshot' | 'base' | 'remoteState' | 'pending' | 'cutOff'
>;

function nextSteps(project: Project, state: State): string[] {
  const { mode, workingCopy, snapshot, base, remoteState, pending, cutOff } = state;
  const parts = [snapshot, base, remoteState, pending].map((part) => part.problem);
  const problems = [...parts, remoteState.capabilitiesProblem];
  const steps = problems.flatMap((problem) => problem?.hint ?? []);
  // The hint about a database that is missing says how to start, and nothing else works until it is there.
  if (base.problem !== null || remoteState.problem?.code === 'REMOTE_MISSING') return [...new Set(steps)];
  if (cutOff !== null)
    steps.push('Run `turso-sync push`: it finds out whether the push that was cut off has arrived.');
  // A live connection needs no working copy.
  if (base.manifest === null && mode === 'live-connection') return [...new Set(steps)];
  if (base.manifest === null && workingCopy.bytes !== null) steps.push(howToStart(project));
  else if (base.manifest === null) steps.push('Run `turso-sync init` to make the working copy.');
  else if (workingCopy.bytes === null) steps.push('Run `turso-sync init` to make the working copy again.');
  else if (remoteState.hasMoved === true)
    steps.push('Run `turso-sync pull` to bring in what has changed on the remote.');
  const count = pending.changes === null ? 0 : countChanges(pending.changes);
  // As long as the remote cannot be used, its own hint comes first.
  if (count > 0 && remoteState.problem === null)
    steps.push('Run `turso-sync push` to put your changes on the remote.');
  return [...new Set(steps)];
}
