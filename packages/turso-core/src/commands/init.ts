import fs from 'node:fs';
import { countChanges, summarize, type ChangeSummary } from '../changeset/summary';
import { systemCode, TursoSyncError } from '../errors';
import { replaceBase } from '../project/state/base';
import { refuseOtherCopy } from '../project/state/begun';
import { sameBytes } from '../project/working-copy/freeze';
import { readManifest, refuseNewer, type Manifest } from '../project/state/manifest';
import type { Project } from '../project/project';
import { withState } from '../project/state/open-state';
import { endPush, readPushJournal } from '../project/state/push-journal';
import { recoverDirectory } from '../project/state/replace-directory';
import { withTemporary } from '../project/state/temporary';
import { backUpWorkingCopy, writeWorkingCopy } from '../project/working-copy/working-copy';
import { requireBase, withComparison } from './comparing/compare';
import { type ProjectRemote, type RemoteOptions } from '../project/connect-to';
import { withRemote } from '../project/with-remote';
import { beginStep, progressOf, type OnEvent, type VerbOptions } from '../events';
import { afterDone, WRITTEN } from './reporting/half-done';
import { rebase } from './merging/rebase';
import { finishPush } from './recovery/finish-push';
import { finishPull } from './recovery/finish-pull';
import { notePull, noteWritten, pullDone, pullUnderWay } from '../project/state/pull-journal';
import { removeReceipt } from './sending/settle';
import { fitAccepted, startFromSibling } from './starting/first-use';
import { baseIsMissing, howToStart } from './starting/how-to-start';
import { ownTables, warnOfReplaced } from './merging/own-tables';
import { initKeeping, requireSource } from './starting/init-from';
import { requireSnapshot } from './fetching/require-snapshot';
import { takeSnapshot } from './fetching/take-snapshot';
import { withLocalUserVersion } from './fetching/local-user-version';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';

/** Options of `init`. */
export interface InitOptions extends RemoteOptions, VerbOptions {
  /** Replaces a working copy with changes, after making a dated backup. Default is false. */
  readonly force?: boolean;
  /** `take` a new snapshot of the remote first, or `use` the existing one. Default is `take`. */
  readonly snapshot?: 'take' | 'use';
  /** How to treat a working copy with changes: `refuse`, or `keep` it as it is. Default is `refuse`. */
  readonly edits?: 'refuse' | 'keep';
  /**
   * Creates an empty database if the remote's file does not exist, on first use. Default is false: throws
   * REMOTE_MISSING.
   */
  readonly create?: boolean;
  /**
   * A database file for filling an empty remote, relative to the project. It becomes the working copy, and the next
   * push sends all of it. A missing `file:` database is created. With `acceptRemote`, it is created even if the project
   * has a base, as a replacement for a lost one.
   */
  readonly from?: string;
  /**
   * Keeps a working copy that has lost its base. The remote in its present state becomes the base. Every difference
   * counts as an edit, including later changes by others. Default is false.
   */
  readonly keepEdits?: boolean;
}

/** Result of `init`. */
export interface InitResult extends VerbResult {
  /**
   * What became of the working copy: `created`, `updated` to a newer snapshot, `unchanged`, or `kept` because of
   * unpushed changes.
   */
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'kept';
  /** The manifest of the snapshot. */
  readonly snapshot: Manifest;
  /** If it was kept, the number of unpushed changes. */
  readonly pending: number;
  /** The dated backup of a working copy replaced by force, or null. */
  readonly backup: string | null;
}

/**
 * Makes the working copy from the remote, or updates one without changes to a newer snapshot. Never overwrites unpushed
 * changes: throws WORKING_COPY_HAS_CHANGES, unless `force` or `edits: 'keep'` is set.
 * Also throws the `REMOTE_*` codes, SNAPSHOT_MISSING, PUSH_UNDECIDED, DISK_FULL and STATE_LOCKED.
 */
export const init = verb<[options?: InitOptions], InitResult>('init', initWith);

async function initWith(project: Project, options: InitOptions): Promise<Own<InitResult>> {
  const { from, keepEdits = false } = options;
  if (from !== undefined || keepEdits) {
    // Comes first: a missing file then leaves nothing behind.
    if (from !== undefined) requireSource(project, from);
    const create = options.create === true || from !== undefined;
    const refill = create && options.acceptRemote === true;
    return withRemote(project, 'init', { ...options, create, refill }, async (remote) => {
      await remote.identify();
      return initKeeping(project, remote, options);
    });
  }
  return options.snapshot === 'use'
    ? withState(project, 'init', () => initialize(project, null, options))
    : withRemote(project, 'init', options, (remote) => initialize(project, remote, options));
}

async function initialize(
  project: Project,
  remote: ProjectRemote | null,
  options: InitOptions,
): Promise<Own<InitResult>> {
  await remote?.identify();
  for (const files of [project.files.base, project.files.snapshot]) {
    recoverDirectory(files.directory);
    refuseNewer(files);
  }
  // With force, anything under way no longer matters.
  if (options.force !== true) {
    await finishEarlier(project, remote, options);
    const take = (): Promise<Manifest> => snapshotOf(project, remote, options);
    await startFromSibling(project, take, options.onEvent);
    if (options.acceptRemote === true) await fitAccepted(project, take, options.onEvent);
  }
  await inspect(project, options);
  const snapshot = await snapshotOf(project, remote, options);
  // Inspected again, because the app may have written during the snapshot.
  const state = await inspect(project, options);
  const result = { snapshot, pending: 0, backup: null };
  if (state.kind === 'edited') return { ...result, pending: state.pending, outcome: 'kept' };
  const isNewer = state.kind !== 'clean' || (await isNewerThanBase(project, snapshot));
  if (!isNewer) return { ...result, outcome: 'unchanged' };
  // Writing it as a whole would remove its own left-out tables.
  if (state.kind === 'clean' && state.hasOwn) {
    const { outcome } = await rebase(project, snapshot, onlyEvents(options));
    return finished(outcome === 'unchanged' ? 'unchanged' : 'updated');
  }
  if (state.kind === 'forced') await warnOfReplaced(project, options.onEvent);
  // Nothing aborts it from here on.
  const end = beginStep(options.onEvent, 'write the working copy');
  const backup = state.kind === 'forced' ? await backUpWorkingCopy(project.workingCopy) : null;
  const isUpdate = fs.existsSync(project.workingCopy);
  const note = { purpose: 'pull', receipt: null } as const;
  notePull(project, project.files.snapshot, note);
  const tell = progressOf(options.onEvent, 'write the working copy');
  const write = (database: string): Promise<void> => writeWorkingCopy(project.workingCopy, database, tell);
  const written =
    state.kind === 'clean' ? withLocalUserVersion(project, write) : write(project.files.snapshot.database);
  await written.catch((error: unknown) => {
    // Nothing was replaced, so the backup has no use.
    if (backup !== null && systemCode(error) === 'WORKING_COPY_LOCKED') fs.rmSync(backup);
    pullDone(project);
    throw error;
  });
  noteWritten(project, note);
  // Comes second. If we die in between, a push finds everything there already. In the other order, it would take the
  // older working copy for an edit that undoes others' changes.
  await afterDone(WRITTEN, () => replaceBase(project, project.files.snapshot, snapshot));
  const { size } = fs.statSync(project.workingCopy);
  tell({ done: size, total: size, unit: 'bytes' });
  end();
  return { ...(await finished(isUpdate ? 'updated' : 'created')), backup };

  async function finished(outcome: InitResult['outcome']): Promise<Own<InitResult>> {
    const underWay = readPushJournal(project.files);
    if (remote !== null && underWay !== null) await removeReceipt(remote, underWay, null);
    endPush(project.files);
    pullDone(project);
    return { ...result, outcome };
  }
}

async function snapshotOf(
  project: Project,
  remote: ProjectRemote | null,
  options: InitOptions,
): Promise<Manifest> {
  return remote === null
    ? requireSnapshot(project, options.acceptRemote ?? false)
    : takeSnapshot(project, remote, {
        ...{ dump: 'write', isAnew: options.force === true, onEvent: options.onEvent },
      });
}

/** Finishes the work an earlier run left half done. */
async function finishEarlier(
  project: Project,
  remote: ProjectRemote | null,
  options: InitOptions,
): Promise<void> {
  const { files, workingCopy } = project;
  const isThere = fs.existsSync(workingCopy);
  if (readManifest(files.base) !== null) {
    if (isThere) await finishPull(project, options.onEvent);
    if (remote !== null) await finishPush(project, remote, onlyEvents(options));
    return;
  }
  const taken = pullUnderWay(project);
  const isWritten = (): boolean =>
    taken?.isWritten === true || sameBytes(workingCopy, files.incoming.database);
  if (isThere && taken !== null && isWritten()) await replaceBase(project, files.incoming, taken.manifest);
  pullDone(project);
}

function onlyEvents({ onEvent }: InitOptions): { readonly onEvent?: OnEvent } {
  return onEvent === undefined ? {} : { onEvent };
}

type State =
  | { readonly kind: 'missing' | 'forced' }
  /** `hasOwn` says whether it has left-out tables. */
  | { readonly kind: 'clean'; readonly hasOwn: boolean }
  | { readonly kind: 'edited'; readonly what: string; readonly pending: number };

/** Inspects the working copy. Throws WORKING_COPY_HAS_CHANGES if it must not be touched. */
async function inspect(project: Project, { force, edits, onEvent }: InitOptions): Promise<State> {
  const isThere = fs.existsSync(project.workingCopy);
  if (force === true) return { kind: isThere ? 'forced' : 'missing' };
  refuseOtherCopy(project);
  if (!isThere) return { kind: 'missing' };
  const state = await inspectWorkingCopy(project, onEvent);
  // Without a base, edits are unknown. Keeping the file silently would leave the next command stuck.
  if (state.kind === 'edited' && state.pending === 0) throw noBase(project);
  if (state.kind === 'edited' && edits !== 'keep') throw hasChanges(project, state);
  return state;
}

async function inspectWorkingCopy(project: Project, onEvent?: OnEvent): Promise<State> {
  if (readManifest(project.files.base) === null) {
    return { kind: 'edited', what: 'is there, and its base is not', pending: 0 };
  }
  requireBase(project);
  try {
    const state = await withTemporary(project.files.directory, (temporary) =>
      withComparison(
        project,
        temporary,
        (comparison) => stateOf(comparison === null ? null : summarize(comparison.changeset)),
        onEvent,
      ),
    );
    return state.kind === 'clean' ? { ...state, hasOwn: (await ownTables(project)).length > 0 } : state;
  } catch (error) {
    if (!(error instanceof TursoSyncError && error.code === 'UNSUPPORTED_CHANGE')) throw error;
    return { kind: 'edited', what: `has changes that were not pushed (${error.message})`, pending: 1 };
  }
}

function stateOf(changes: ChangeSummary | null): State {
  const pending = changes === null ? 0 : countChanges(changes);
  if (changes === null || pending === 0) return { kind: 'clean', hasOwn: false };
  const { insert, update, delete: deleted } = changes.total;
  const definitions = changes.schema.length;
  const schema = definitions === 0 ? '' : `, ${definitions} schema change${definitions === 1 ? '' : 's'}`;
  const what = `has changes that were not pushed (${insert} inserted, ${update} updated, ${deleted} deleted rows${schema})`;
  return { kind: 'edited', what, pending };
}

function hasChanges(project: Project, { what }: Extract<State, { kind: 'edited' }>): TursoSyncError {
  const replace = 'replace the working copy with `turso-sync init --force`, which keeps a dated backup';
  return new TursoSyncError('WORKING_COPY_HAS_CHANGES', `${project.workingCopy} ${what}.`, {
    hint: `Push them with \`turso-sync push\`, or ${replace}.`,
  });
}

function noBase(project: Project): TursoSyncError {
  return new TursoSyncError('WORKING_COPY_HAS_CHANGES', baseIsMissing(project), {
    hint: howToStart(project),
  });
}

async function isNewerThanBase(project: Project, snapshot: Manifest): Promise<boolean> {
  const { base, snapshot: files } = project.files;
  const known = requireBase(project);
  const isOfThen = known.createdAt === snapshot.createdAt;
  if (isOfThen && known.fingerprint === snapshot.fingerprint) return false;
  // A base moved on by a later push is newer than an old snapshot.
  if (known.method === 'push' && known.createdAt > snapshot.createdAt) return false;
  if (!sameBytes(base.database, files.database)) return true;
  // The content is the same, with a later time and perhaps another fingerprint.
  await replaceBase(project, project.files.snapshot, snapshot);
  return false;
}
