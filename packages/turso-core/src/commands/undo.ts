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
import type { Project } from '../project/project';
import type { Manifest } from '../project/state/manifest';
import { pullUnderWay } from '../project/state/pull-journal';
import { readPushJournal } from '../project/state/push-journal';
import { listPushes, readBegun, type PushFile } from '../project/state/pushes';
import { isExcluded } from '../sqlite/schema/exclude';
import { withTemporary } from '../project/state/temporary';
import { freezeCopy } from '../project/working-copy/freeze-copy';
import { compareFrom, requireBase } from './comparing/compare';
import { planFacts } from './comparing/plan-facts';
import { removeConflicts, writeConflicts } from './conflicts/conflicts-file';
import { bringInUndone } from './merging/bring-in-undone';
import type { OnEvent } from '../events';
import { finishPush } from './recovery/finish-push';
import { finishPull } from './recovery/finish-pull';
import { replayOnRemote } from './sending/replay';
import { afterDone, type Done } from './reporting/half-done';
import { reportRun, type Reported } from './reporting/report-run';
import { send } from './sending/send';
import { verb } from './apart/verb';

/** What `undo` may be told. */
export interface UndoOptions extends RemoteOptions {
  /** The number of the push to undo, as {@link pushes} lists them. Default is the latest. */
  readonly push?: number;
  /** Leave the working copy as it is, so that a push would bring the changes back. Default is false. */
  readonly remoteOnly?: boolean;
  readonly onEvent?: OnEvent;
}

/** How an undo ended. */
export interface UndoResult {
  /**
   * `undone`: the remote is as before that push. `nothing`: it was so already. `conflict`: someone has changed the same
   * since, and nothing was written.
   */
  readonly status: 'undone' | 'nothing' | 'conflict';
  readonly push: PushEntry;
  /** What was done to the remote. */
  readonly changes: ChangeSummary;
  /** The same in full; null if nothing was written, and if an earlier run has made the undo. */
  readonly plan: Plan | null;
  readonly conflicts: readonly Conflict[];
  /** What became of the working copy, or null if it was left as it is. */
  readonly workingCopy: UndoneHere | null;
}

/** What an undo did to the working copy. */
export interface UndoneHere {
  /** What was done to it. */
  readonly changes: ChangeSummary;
  /** Rows that it has changed since the push. They stay as they are. */
  readonly kept: readonly Conflict[];
  /** Why nothing could be taken back in it; empty if it was. */
  readonly conflicts: readonly Conflict[];
  /** The backup of the working copy as it was before, or null if it was not changed. */
  readonly backup: string | null;
}

/** A push that is kept. */
export interface PushEntry {
  readonly number: number;
  /** When it was made; ISO 8601. */
  readonly createdAt: string;
  /** What it changed. */
  readonly changes: ChangeSummary;
  /** The number of the push that it took back, where it was an undo itself; else null. */
  readonly undoes: number | null;
  /** Whether its changes were recorded. A push that was not cannot be undone. */
  readonly isRecorded: boolean;
  /** What is wrong with its record, if it cannot be read; else null. */
  readonly problem: string | null;
  /** The plan of what it changed, for {@link openPlan}; null if it was not recorded. */
  readonly file: string | null;
}

/** The pushes that are kept, the latest first; also those whose record is damaged, which is their `problem`. */
export function pushes(project: Project): PushEntry[] {
  return listPushes(project.files).map(entryOf);
}

/**
 * Takes a push back: puts the inverse of its changes on the remote, in one transaction, unless someone has changed the same
 * since. Then takes it back in the working copy too, which keeps what was edited there since, so that the next push does
 * not repeat it. An undo is itself a push that can be undone. Throws NOTHING_TO_UNDO, UNDO_IMPOSSIBLE, the `REMOTE_*`,
 * `BASELINE_*` and `WORKING_COPY_*` codes, STATE_LOCKED.
 *
 * @example
 * ```ts
 * import { loadProject, undo } from 'turso-core';
 *
 * const { status, push } = await undo(await loadProject());
 * ```
 */
export const undo = verb('undo', undoHere);

async function undoHere(project: Project, options: UndoOptions = {}): Promise<Reported<UndoResult>> {
  return reportRun(project, options.onEvent, (onEvent) => undoWith(project, { ...options, onEvent }));
}

async function undoWith(project: Project, options: UndoOptions): Promise<UndoResult> {
  // For the message alone: whether there is a folder to lock.
  requireBase(project);
  const { acceptRemote, onEvent } = options;
  return withRemote(project, 'undo', { acceptRemote, onEvent }, async (remote) => {
    await remote.identify();
    const cutOff = cutOffUndo(project, options.push);
    await finishPull(project, onEvent);
    const finished = await finishPush(project, remote, onEvent === undefined ? {} : { onEvent });
    const changes = finished ?? cutOff?.changes;
    // Not to be taken back at once by the one that was to repeat it.
    if (cutOff !== null && changes) return { ...unchanged(cutOff.push), status: 'undone', changes };
    return withTemporary(project.files.directory, (temporary) =>
      undoIn({ project, remote, temporary }, options),
    );
  });
}

/** An undo that was cut off. */
interface CutOffUndo {
  /** The push that it was about to take back. */
  readonly push: PushEntry;
  /** What it did to the remote, if it is known to be there. */
  readonly changes: ChangeSummary | null;
}

/** The undo that was cut off, on the remote or on its way into the working copy, if it is the one that is meant. */
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

async function undoIn({ project, remote, temporary }: Context, options: UndoOptions): Promise<UndoResult> {
  const { onEvent } = options;
  const chosen = choose(project, options.push);
  const entry = entryOf(chosen);
  if (!chosen.isRecorded) throw impossible(entry, 'what it changed could not be recorded');
  if (entry.problem !== null)
    throw new TursoSyncError('CHANGES_UNREADABLE', entry.problem, { hint: BY_HAND });
  const changes = openChanges(chosen.inverse ?? chosen.file);
  const excluded = changes.about.find((name) => isExcluded(name, project.exclude));
  if (excluded !== undefined)
    throw impossible(entry, `it changed "${excluded}", which "exclude" leaves out by now`);
  // The working copy has to be there and readable before anything is sent.
  const alsoHere = options.remoteOnly !== true && fs.existsSync(project.workingCopy);
  if (alsoHere) await freezeCopy(project, path.join(temporary, 'frozen.db'), { onEvent });
  const isInverse = chosen.inverse !== null || changes.head.takesBack !== undefined;
  const undone = await replayOnRemote(
    { project, remote, temporary, onEvent },
    { changes, direction: 'back', isInverse },
  );
  if (undone === null) throw impossible(entry, 'what takes it back does not follow from what was recorded');
  if ('conflicts' in undone) {
    if (undone.isUntouched)
      throw impossible(entry, 'nobody has written since, and yet it cannot be taken back');
    const { location } = project.address();
    await writeConflicts({ project, temporary }, undone.conflicts, { location, onEvent });
    return { ...unchanged(entry), status: 'conflict', conflicts: undone.conflicts };
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
    const { status, conflicts, plan } = await send(job);
    return {
      ...unchanged(entry),
      status: status === 'conflict' ? status : 'undone',
      changes,
      plan,
      conflicts,
    } as const;
  });
  // Nobody else can be to blame, as for the storage of an index that the server has built in its own way.
  if (done.status === 'conflict' && (await isUntouched(remote, start.manifest))) {
    removeConflicts(project);
    throw impossible(entry, 'the remote does not store it as it is here, and nobody has written since');
  }
  if (done.status !== 'undone' || !alsoHere) return done;
  return { ...done, workingCopy: await takeBackHere(project, onEvent) };
}

/** Whether nobody has written to the remote since a push from here. */
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

function unchanged(push: PushEntry): UndoResult {
  return { status: 'nothing', push, changes: NO_CHANGES, plan: null, conflicts: [], workingCopy: null };
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
