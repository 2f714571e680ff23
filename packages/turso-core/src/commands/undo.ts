import type { Conflict } from '../apply/conflict';
import { isEmpty, NO_CHANGES, summarize, type ChangeSummary } from '../changeset/summary';
import { openChanges, readChangesHead, type ChangesHead } from '../changeset/text/read-json';
import { TursoSyncError } from '../errors';
import { withState } from '../project/state/open-state';
import type { Project } from '../project/project';
import { readPushJournal } from '../project/state/push-journal';
import { listPushes, type PushFile } from '../project/state/pushes';
import { withTemporary } from '../project/state/temporary';
import { compareWithBase, requireBase } from './comparing/compare';
import { writeConflicts } from './conflicts/conflicts-file';
import type { OnEvent } from '../events';
import { finishPush } from './recovery/finish-push';
import { replay } from './sending/plan';
import { finishPull } from './recovery/finish-pull';
import { send } from './sending/send';
import { verb } from './apart/verb';

/** What `undo` may be told. */
export interface UndoOptions {
  /** The number of the push to undo, as {@link pushes} lists them. Default is the latest. */
  readonly push?: number;
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
  readonly conflicts: readonly Conflict[];
}

/** A push that can be undone. */
export interface PushEntry {
  readonly number: number;
  /** When it was made; ISO 8601. */
  readonly createdAt: string;
  /** What it changed. */
  readonly changes: ChangeSummary;
  /** The number of the push that it took back, where it was an undo itself; else null. */
  readonly undoes: number | null;
}

/** The pushes that are kept, the latest first. Throws CHANGES_UNREADABLE. */
export function pushes(project: Project): PushEntry[] {
  return listPushes(project.files).map(entryOf);
}

/**
 * Takes a push back: puts the inverse of its changes on the remote, in one transaction, unless someone has changed the same
 * since. The working copy is not touched, so that what was pushed is again among what a push would carry; an undo is itself
 * a push that can be undone. Throws NOTHING_TO_UNDO, UNDO_IMPOSSIBLE, the `REMOTE_*` and `BASELINE_*` codes, STATE_LOCKED.
 *
 * @example
 * ```ts
 * import { loadProject, undo } from 'turso-core';
 *
 * const { status, push } = await undo(await loadProject());
 * ```
 */
export const undo = verb('undo', undoHere);

async function undoHere(project: Project, options: UndoOptions = {}): Promise<UndoResult> {
  // For the message alone: whether there is a folder to lock.
  requireBase(project);
  return withState(project, 'undo', async () => {
    await finishPull(project);
    const cutOff = cutOffUndo(project, options.push);
    const { onEvent } = options;
    const finished = await finishPush(project, onEvent === undefined ? {} : { onEvent });
    // Not to be taken back at once by the one that was to repeat it.
    if (cutOff !== null && finished !== null)
      return { status: 'undone', push: cutOff, changes: finished, conflicts: [] };
    return withTemporary(project.files.directory, (temporary) => undoIn(project, temporary, options));
  });
}

/** The push that an undo was about to take back which was cut off, if it is the one that is meant. */
function cutOffUndo(project: Project, meant: number | undefined): PushEntry | null {
  const number = readPushJournal(project.files)?.purpose?.undoes;
  const isMeant = number !== undefined && number === (meant ?? number);
  return isMeant ? (pushes(project).find((push) => push.number === number) ?? null) : null;
}

async function undoIn(project: Project, temporary: string, options: UndoOptions): Promise<UndoResult> {
  const { onEvent } = options;
  const base = requireBase(project);
  const chosen = choose(project, options.push);
  const entry = entryOf(chosen);
  const none = { push: entry, changes: NO_CHANGES, conflicts: [] } as const;
  const undone = await replay(project, temporary, openChanges(chosen.file), 'back');
  if (undone === null) throw impossible(entry);
  if ('conflicts' in undone) {
    await writeConflicts({ project, temporary }, undone.conflicts, { location: base.remote, onEvent });
    return { ...none, status: 'conflict', conflicts: undone.conflicts };
  }
  return compareWithBase(project, undone.database, async (comparison) => {
    const changes = summarize(comparison.changeset);
    if (isEmpty(changes)) return { ...none, status: 'nothing' };
    const purpose = { undoes: entry.number };
    const sent = await send({ project, base, temporary, comparison, policy: {}, purpose, onEvent });
    const status = sent.status === 'conflict' ? 'conflict' : 'undone';
    return { status, push: entry, changes, conflicts: sent.conflicts };
  });
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

function entryOf({ number, file }: PushFile): PushEntry {
  const head = readChangesHead(file);
  return { number, createdAt: head.createdAt, changes: summaryOf(head), undoes: undoesOf(head) };
}

// A record that is the inverse tells of what was pushed apart from what it holds.
function summaryOf(head: ChangesHead): ChangeSummary {
  return (head['pushed'] as ChangeSummary | undefined) ?? head.summary;
}

function undoesOf(head: ChangesHead): number | null {
  return typeof head['undoes'] === 'number' ? head['undoes'] : null;
}

function impossible({ number }: PushEntry): TursoSyncError {
  return new TursoSyncError('UNDO_IMPOSSIBLE', `What would undo push ${number} is not known.`, {
    hint: 'Nothing was sent. Change it back in the working copy, and push that.',
  });
}
