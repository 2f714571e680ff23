import fs from 'node:fs';
import path from 'node:path';
import type { Conflict } from '../apply/conflict';
import { isEmpty, NO_CHANGES, summarize, type ChangeSummary } from '../changeset/summary';
import type { Plan } from '../plan/plan';
import { readPlanHead } from '../plan/plan-file';
import { planSummary } from '../plan/plan-summary';
import { openChanges } from '../plan/read-changes';
import { describePlan } from '../plan/write-plan';
import { TursoSyncError } from '../errors';
import type { ProjectRemote, RemoteOptions } from '../project/connect-to';
import { withRemote } from '../project/with-remote';
import { innerProject, type Project as Handle } from '../project/handle';
import type { Project } from '../project/project';
import type { Manifest } from '../project/state/manifest';
import { pullUnderWay } from '../project/state/pull-journal';
import { readPushJournal } from '../project/state/push-journal';
import { isAsKept, listPushes, readBegun, type PushFile } from '../project/state/pushes';
import { isExcluded } from '../sqlite/schema/exclude';
import { withTemporary } from '../project/state/temporary';
import { freezeCopy } from '../project/working-copy/freeze-copy';
import { compareFrom, requireBase } from './comparing/compare';
import { planFacts } from './comparing/plan-facts';
import { removeConflicts, writeConflicts } from './conflicts/conflicts-file';
import { bringInUndone } from './merging/bring-in-undone';
import type { OnEvent, VerbOptions } from '../events';
import { finishPush } from './recovery/finish-push';
import { finishPull } from './recovery/finish-pull';
import { replayOnRemote } from './sending/replay';
import { afterDone, type Done } from './reporting/half-done';
import { send } from './sending/send';
import { verb } from './apart/verb';
import type { Own, VerbResult } from './verb-result';

/** Options of `undo`. */
export interface UndoOptions extends RemoteOptions, VerbOptions {
  /** The number of the push to undo, as listed by {@link pushes}. Default is the latest. */
  readonly push?: number;
  /** Leaves the working copy as it is. A push would then send the changes again. Default is false. */
  readonly remoteOnly?: boolean;
}

/** Result of `undo`. */
export interface UndoResult extends VerbResult {
  /**
   * - `undone`: the remote is as it was before the push.
   * - `nothing`: it was so already.
   * - `conflict`: someone has changed the same since, and nothing was written.
   */
  readonly outcome: 'undone' | 'nothing' | 'conflict';
  /** The push to take back. */
  readonly push: PushEntry;
  /** The changes made to the remote. */
  readonly changes: ChangeSummary;
  /** The same changes in full. Null if nothing was written or an earlier run made the undo. */
  readonly plan: Plan | null;
  /** All conflicts; also in `conflicts.json`. */
  readonly conflicts: readonly Conflict[];
  /** The effect on the working copy, or null if it was left as it is. */
  readonly workingCopy: UndoneHere | null;
}

/** The effect of an undo on the working copy. */
export interface UndoneHere {
  /** The changes made to it. */
  readonly changes: ChangeSummary;
  /** Rows changed in the working copy since the push. They stay as they are. */
  readonly kept: readonly Conflict[];
  /** The conflicts that prevented any change to the working copy; empty if there were none. */
  readonly conflicts: readonly Conflict[];
  /** The backup of the working copy from before the undo, or null if it was not changed. */
  readonly backup: string | null;
}

/** A recorded push. */
export interface PushEntry {
  /** Its number, counted from 1. */
  readonly number: number;
  /** Time of the push; ISO 8601. */
  readonly createdAt: string;
  /** Its changes. */
  readonly changes: ChangeSummary;
  /** If the push was itself an undo, the number of the push it took back; else null. */
  readonly undoes: number | null;
  /** Whether its changes were recorded. Otherwise it cannot be undone. */
  readonly isRecorded: boolean;
  /** The reason why its record cannot be read; else null. */
  readonly problem: string | null;
  /** The file of its plan, for {@link openPlan}; null if its changes were not recorded. */
  readonly file: string | null;
}

/** Lists the kept pushes, the latest first. Includes pushes with a damaged record; their `problem` describes it. */
export function pushes(project: Handle): PushEntry[] {
  return listPushes(innerProject('pushes()', project).files).map(entryOf);
}

/**
 * Takes a push back. It writes the inverse of the changes to the remote, in one transaction, unless someone has changed
 * the same since. It then takes them back in the working copy too, so the next push does not repeat them. Later edits
 * in the working copy stay. An undo is itself a push and can be undone.
 * Throws NOTHING_TO_UNDO, UNDO_IMPOSSIBLE, the `REMOTE_*`, `BASE_*` and `WORKING_COPY_*` codes and STATE_LOCKED.
 *
 * @example
 * ```ts
 * import { loadProject, undo } from 'turso-core';
 *
 * const { outcome, push } = await undo(await loadProject());
 * ```
 */
export const undo = verb<[options?: UndoOptions], UndoResult>('undo', undoWith);

async function undoWith(project: Project, options: UndoOptions): Promise<Own<UndoResult>> {
  // Only for a better message: without a base, there is no folder to lock.
  requireBase(project);
  const { acceptRemote, onEvent, signal } = options;
  return withRemote(project, 'undo', { acceptRemote, onEvent, signal }, async (remote) => {
    await remote.identify();
    const cutOff = cutOffUndo(project, options.push);
    await finishPull(project, onEvent);
    const finished = await finishPush(project, remote, onEvent === undefined ? {} : { onEvent });
    const changes = finished ?? cutOff?.changes;
    // This run was meant to repeat the undo. The undo is now finished, and must not be taken back at once.
    if (cutOff !== null && changes) return { ...unchanged(cutOff.push), outcome: 'undone', changes };
    return withTemporary(project.files.directory, (temporary) =>
      undoIn({ project, remote, temporary }, options),
    );
  });
}

/** An undo cut off earlier. */
interface CutOffUndo {
  /** The push it was about to take back. */
  readonly push: PushEntry;
  /** Its changes to the remote, if they are known to be there. */
  readonly changes: ChangeSummary | null;
}

/** Finds an undo cut off on the remote or on its way into the working copy. Null if a different push is meant. */
function cutOffUndo(project: Project, meant: number | undefined): CutOffUndo | null {
  const isThere = pullUnderWay(project)?.purpose === 'undo';
  const known = isThere || readPushJournal(project.files)?.purpose !== undefined ? pushes(project) : [];
  const [latest] = known;
  const number = (isThere ? latest?.undoes : undefined) ?? readPushJournal(project.files)?.purpose?.undoes;
  const push = known.find((entry) => entry.number === number);
  const isMeant = meant === undefined || meant === number;
  if (push === undefined || !isMeant) return null;
  return { push, changes: isThere && latest !== undefined ? latest.changes : null };
}

interface Context {
  readonly project: Project;
  readonly remote: ProjectRemote;
  readonly temporary: string;
}

async function undoIn(
  { project, remote, temporary }: Context,
  options: UndoOptions,
): Promise<Own<UndoResult>> {
  const { onEvent } = options;
  const chosen = choose(project, options.push);
  const entry = entryOf(chosen);
  if (!chosen.isRecorded) throw impossible(entry, 'what it changed could not be recorded');
  if (entry.problem !== null)
    throw new TursoSyncError('CHANGES_UNREADABLE', entry.problem, { hint: BY_HAND });
  const file = chosen.inverse ?? chosen.file;
  if (!isAsKept(chosen, file))
    throw new TursoSyncError('CHANGES_UNREADABLE', `${file} was changed after the push.`, { hint: BY_HAND });
  const changes = openChanges(file);
  const excluded = changes.about.find((name) => isExcluded(name, project.exclude));
  if (excluded !== undefined)
    throw impossible(entry, `it changed "${excluded}", which "exclude" leaves out by now`);
  // The working copy has to exist and be readable before anything is sent.
  const alsoHere = options.remoteOnly !== true && fs.existsSync(project.workingCopy);
  if (alsoHere) await freezeCopy(project, path.join(temporary, 'frozen.db'), { onEvent });
  const isInverse = chosen.inverse !== null || changes.head.takesBack !== undefined;
  const undone = await replayOnRemote(
    { project, remote, temporary, onEvent },
    { changes, direction: 'back', isInverse, push: entry.number },
  );
  if (undone === null) throw impossible(entry, 'what takes it back does not follow from what was recorded');
  if ('conflicts' in undone) {
    if (undone.isUntouched)
      throw impossible(entry, 'nobody has written since, and yet it cannot be taken back');
    const { location } = project.address();
    await writeConflicts({ project, temporary }, undone.conflicts, { location, onEvent });
    return { ...unchanged(entry), outcome: 'conflict', conflicts: undone.conflicts };
  }
  const { start, database, becomes } = undone;
  const done = await compareFrom(start, database, async (comparison) => {
    const changes = summarize(comparison.changeset);
    if (isEmpty(changes)) return unchanged(entry);
    const purpose = { undoes: entry.number, alsoHere };
    const job = {
      project,
      remote,
      from: start.manifest,
      temporary,
      comparison,
      plan: describePlan(comparison.changeset, planFacts(project, start.manifest)),
      becomes,
      receipt: null,
      policy: {},
      purpose,
      onEvent,
    };
    const { outcome, conflicts, plan } = await send(job);
    return {
      ...unchanged(entry),
      outcome: outcome === 'conflict' ? outcome : 'undone',
      changes,
      plan,
      conflicts,
    } as const;
  });
  // Nobody else can be the cause. For example, the server has built the storage of an index in its own way.
  if (done.outcome === 'conflict' && (await isUntouched(remote, start.manifest))) {
    removeConflicts(project);
    throw impossible(entry, 'the remote does not store it as it is here, and nobody has written since');
  }
  if (done.outcome !== 'undone' || !alsoHere) return done;
  return { ...done, workingCopy: await takeBackHere(project, onEvent) };
}

/** Checks whether nobody has written to the remote since a push from here. */
async function isUntouched(remote: ProjectRemote, { method, fingerprint }: Manifest): Promise<boolean> {
  return method === 'push' && fingerprint !== null && (await remote.fingerprint()) === fingerprint;
}

async function takeBackHere(project: Project, onEvent: OnEvent | undefined): Promise<UndoneHere | null> {
  const taken = pullUnderWay(project);
  if (taken === null) return null;
  const result = await afterDone(ON_REMOTE, () =>
    bringInUndone(project, taken.manifest, onEvent === undefined ? {} : { onEvent }),
  );
  const { changes, resolved: kept, conflicts, backup } = result;
  return { changes, kept, conflicts, backup };
}

const ON_REMOTE: Done = {
  message: 'The remote has the undo, and the working copy does not have it yet.',
  hint: 'Fix that, then run `turso-sync pull`: it brings the undo in.',
};

function unchanged(push: PushEntry): Own<UndoResult> {
  return { outcome: 'nothing', push, changes: NO_CHANGES, plan: null, conflicts: [], workingCopy: null };
}

function choose(project: Project, number: number | undefined): PushFile {
  const known = listPushes(project.files);
  const chosen = number === undefined ? known[0] : known.find((p) => p.number === number);
  if (chosen !== undefined) return chosen;
  throw new TursoSyncError(
    'NOTHING_TO_UNDO',
    number === undefined ? 'No push was made from here.' : `There is no push ${number}.`,
    { hint: '`turso-sync undo --list` shows the pushes that can be undone.' },
  );
}

function entryOf(push: PushFile): PushEntry {
  const { number, file, isRecorded } = push;
  const unknown = { number, changes: NO_CHANGES, undoes: null, isRecorded: false, file: null };
  const written = (): string => fs.statSync(file).mtime.toISOString();
  if (!isRecorded) return { ...unknown, createdAt: readBegun(push) ?? written(), problem: null };
  try {
    const { createdAt, changes, pushed, takesBack } = readPlanHead(file);
    const undoes = pushed?.undoes ?? null;
    const done = takesBack ?? planSummary(changes);
    return { number, createdAt, changes: done, undoes, isRecorded, file, problem: null };
  } catch (error) {
    if (!(error instanceof TursoSyncError)) throw error;
    return { ...unknown, createdAt: written(), problem: error.message };
  }
}

function impossible({ number }: PushEntry, reason: string): TursoSyncError {
  return new TursoSyncError('UNDO_IMPOSSIBLE', `Push ${number} cannot be undone: ${reason}.`, {
    hint: BY_HAND,
  });
}

const BY_HAND =
  'Nothing was sent. Change it back in the working copy, and push that. `turso-sync undo --list` shows earlier pushes.';
