import fs from 'node:fs';
import path from 'node:path';
import { apply } from '../../apply/apply';
import type { Conflict } from '../../apply/conflict';
import { withReceipt } from '../../apply/receipt';
import { withRowProgress } from '../../apply/row-progress';
import type { Target } from '../../apply/target';
import { AFTER, BEFORE } from '../../changeset/attached';
import { withDiff, type Comparing } from '../../changeset/diff';
import type { Changeset } from '../../changeset/model';
import { isEmpty, NO_CHANGES, summarize, type ChangeSummary } from '../../changeset/summary';
import { systemCode, TursoSyncError } from '../../errors';
import type { OnBytes } from '../../sqlite/files/copy-file';
import { openReadOnly, using } from '../../sqlite/files/open';
import type { RemoteOptions } from '../../project/connect-to';
import { keepBackup } from '../../project/working-copy/backups';
import { replaceBase } from '../../project/state/base';
import { readManifest, type Manifest } from '../../project/state/manifest';
import type { SnapshotFiles, Project } from '../../project/project';
import { withTemporary } from '../../project/state/temporary';
import { workingCopyTarget } from '../../project/working-copy/working-copy-target';
import { freeze } from '../../project/working-copy/freeze';
import { ownTables, refuseOwnInTheWay } from './own-tables';
import { baseDatabase } from '../comparing/base-database';
import { requireBase, withComparison, withoutRefused, type Comparison } from '../comparing/compare';
import { NONE_RESOLVED, type ConflictOptions, type Resolved } from '../conflicts/conflict-options';
import { afterDone, type Done } from '../reporting/half-done';
import { removeConflicts, writeConflicts } from '../conflicts/conflicts-file';
import { timed, type VerbOptions } from '../../events';
import type { Own, VerbResult } from '../verb-result';
import { mergeEdits, type MergedEdits } from './merge-edits';
import { notePull, noteWritten, pullDone, type PullNote } from '../../project/state/pull-journal';
import { dropReceipt, nameReceipt } from '../../sqlite/receipt';

/** Options of `pull`. */
export interface PullOptions extends ConflictOptions, RemoteOptions, VerbOptions {}

/** Result of `pull`. */
export interface PullResult extends Resolved, VerbResult {
  /**
   * - `pulled`: the working copy has the remote's changes.
   * - `unchanged`: the remote had nothing new.
   * - `conflict`: both sides changed the same, and the working copy is as before.
   */
  readonly outcome: 'pulled' | 'unchanged' | 'conflict';
  /** The changes made to the working copy. */
  readonly changes: ChangeSummary;
  /** Number of changes in the working copy still to be pushed. */
  readonly pending: number;
  /** Rows changed to the same values on both sides. */
  readonly alreadyThere: number;
  /** All conflicts; also in `conflicts.json`. */
  readonly conflicts: readonly Conflict[];
  /** The backup of the working copy from before the pull, for `restore`. Null if it was not changed. */
  readonly backup: string | null;
}

/** Number of attempts before a pull gives up, if an app keeps writing the same rows. */
const ATTEMPTS = 5;

/** Applies the working copy's changes to a snapshot, or to the result of an undo. That is the base afterwards. */
export async function rebase(
  project: Project,
  snapshot: Manifest,
  options: PullOptions,
  source: Source = { files: project.files.snapshot, purpose: 'pull' },
): Promise<Own<PullResult>> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const result = await withTemporary(project.files.directory, (temporary) =>
      tryRebase({ project, snapshot, source, temporary, options }),
    );
    if (result !== 'again') return result;
  }
  throw new TursoSyncError(
    'WORKING_COPY_LOCKED',
    `${project.workingCopy} changes faster than the remote's changes can be brought in.`,
    { hint: 'Let the app pause, then run the command again. Nothing was changed.', retryable: true },
  );
}

/** The database to bring into the working copy. */
export interface Source extends Pick<PullNote, 'purpose'> {
  readonly files: SnapshotFiles;
}

interface Context {
  readonly project: Project;
  readonly snapshot: Manifest;
  readonly source: Source;
  readonly temporary: string;
  readonly options: PullOptions;
}

async function tryRebase(context: Context): Promise<Own<PullResult> | 'again'> {
  const { project, snapshot, source, temporary, options } = context;
  const { base } = project.files;
  const taken = source.files;
  const edits = await asPulled(() =>
    withComparison(
      project,
      temporary,
      (found) => timed(options.onEvent, 'merge', () => merge(context, found)),
      options.onEvent,
    ),
  );
  if (edits !== null && 'conflicts' in edits) {
    const { conflicts, pending } = edits;
    await writeConflicts(context, conflicts, { location: snapshot.remote, onEvent: options.onEvent });
    return { ...unchanged(pending), outcome: 'conflict', conflicts };
  }
  // If the working copy has no changes, it becomes equal to the snapshot.
  const [before, after] =
    edits === null ? [baseDatabase(project, temporary), taken.database] : [edits.frozen, edits.merged];
  const receipt = nameReceipt();
  const comparing: Comparing = (compare) => timed(options.onEvent, 'compare', compare);
  const written = await asPulled(() =>
    withDiff(
      before,
      after,
      async (found) => {
        const changeset = withoutRefused(found, readManifest(base));
        const changes = summarize(changeset);
        if (isEmpty(changes)) return { changes, backup: null, receipt: null };
        const work = {
          changeset,
          before,
          after,
          receipt,
          backup: await timed(options.onEvent, 'back up', (onBytes) => backUp(context, edits, onBytes)),
        };
        return (await bringIn(context, work)) ? { changes, backup: work.backup, receipt } : 'again';
      },
      { comparing },
    ),
  );
  if (written === 'again') return written;
  const record = async (): Promise<void> => {
    await timed(options.onEvent, 'write the records', () => replaceBase(project, taken, snapshot));
    await endPull(project, written);
    removeConflicts(project);
  };
  await (written.backup === null ? record() : afterDone(BROUGHT_IN, record));
  const isSame = written.backup === null && (edits?.resolved.resolved.length ?? 0) === 0;
  const outcome = isSame ? 'unchanged' : 'pulled';
  const { pending = 0, alreadyThere = 0, resolved } = edits ?? {};
  const { changes, backup } = written;
  return { ...unchanged(pending), ...resolved, changes, backup, alreadyThere, outcome };
}

const BROUGHT_IN: Done = {
  message: 'The changes are in the working copy, but could not be recorded.',
  hint: 'Fix that, then run `turso-sync pull` again: it finds them there and finishes.',
};

function merge(
  { project, source, temporary, options }: Context,
  comparison: Comparison | null,
): Promise<MergedEdits> | null {
  if (comparison === null) return null;
  const movedRowids = new Set(requireBase(project).movedRowids);
  const base = baseDatabase(project, temporary);
  const places = { base, snapshot: source.files.database, temporary };
  return mergeEdits({ comparison, ...places, movedRowids, options });
}

/** Backs up the whole working copy, including the tables missing from its frozen copy. */
async function backUp(
  { project, temporary }: Context,
  edits: MergedEdits | null,
  onBytes: OnBytes,
): Promise<string> {
  if (edits === null) return keepBackup(project, project.files.base.database, onBytes);
  if ('frozen' in edits && (await ownTables(project)).length === 0)
    return keepBackup(project, edits.frozen, onBytes);
  const whole = path.join(temporary, 'whole.db');
  await freeze(project.workingCopy, whole);
  return keepBackup(project, whole, onBytes);
}

/** Changes the working copy. Returns false and writes nothing if the app was faster. */
async function bringIn(
  { project, source, temporary, options }: Context,
  work: {
    readonly receipt: string;
    readonly changeset: Changeset;
    readonly before: string;
    readonly after: string;
    readonly backup: string;
  },
): Promise<boolean> {
  const theirs = source.files.database;
  // Names of new or changed objects must find nothing in other databases.
  const hasFiles = work.changeset.schema.length === 0 && work.changeset.virtual.length === 0;
  const files = [
    { file: work.before, name: BEFORE },
    { file: work.after, name: AFTER },
  ];
  const plain = workingCopyTarget(project.workingCopy, hasFiles ? files : []);
  const workingCopy = withApplicationId(plain, project, {
    ours: work.before,
    theirs,
  });
  // A working copy never refuses the receipt's table.
  const target = withReceipt(workingCopy, work.receipt, () => undefined);
  const note = { purpose: source.purpose, receipt: work.receipt };
  notePull(project, source.files, note);
  const written = timed(options.onEvent, 'write the working copy', (onRows) =>
    apply(work.changeset, withRowProgress(target, onRows), {
      movedRowids: new Set(),
      folder: temporary,
      hasFiles,
    }),
  );
  const result = await written.catch((error: unknown) => {
    dropAttempt();
    throw error;
  });
  if (result.outcome === 'conflict') {
    dropAttempt();
    await refuseOwnInTheWay(project, result.conflicts);
    return false;
  }
  // If this fails, the receipt shows the outcome.
  noteWritten(project, note);
  return true;

  // A pull already under way is left to the next attempt.
  function dropAttempt(): void {
    fs.rmSync(work.backup, { force: true });
    if (source.files.directory !== project.files.incoming.directory) pullDone(project);
  }
}

/** Ends a pull once the working copy and the base have its changes. */
export async function endPull(project: Project, { receipt }: Pick<PullNote, 'receipt'>): Promise<void> {
  if (receipt !== null) {
    try {
      await workingCopyTarget(project.workingCopy).transact([dropReceipt(receipt)]);
    } catch (error) {
      // The app keeps the working copy locked. The journal stays, and the next command removes the receipt.
      if (systemCode(error) === 'WORKING_COPY_LOCKED') return;
      throw error;
    }
  }
  pullDone(project);
}

/**
 * Adds the remote's `application_id`, unless the app has set its own. Servers do not let it be set, but may have one.
 */
function withApplicationId(
  target: Target,
  { files }: Project,
  sides: { readonly ours: string; readonly theirs: string },
): typeof target {
  const [base, ours, theirs] = [files.base.database, sides.ours, sides.theirs].map(applicationId);
  if (ours !== base || theirs === base) return target;
  const sql = `PRAGMA application_id = ${theirs}`;
  return { ...target, transact: (statements, options) => target.transact([...statements, { sql }], options) };
}

function applicationId(file: string): number {
  return using(openReadOnly(file), (db) => db.pragma('application_id', { simple: true }) as number);
}

/** Returns the result of a pull without changes. */
export function unchanged(pending: number): Own<PullResult> {
  return {
    outcome: 'unchanged',
    changes: NO_CHANGES,
    pending,
    alreadyThere: 0,
    conflicts: [],
    backup: null,
    ...NONE_RESOLVED,
  };
}

/** Rewords the engine's refusals: they mention a push. */
async function asPulled<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TursoSyncError && error.code === 'UNSUPPORTED_CHANGE')) throw error;
    throw new TursoSyncError('UNSUPPORTED_CHANGE', error.message.replace('pushed', 'brought in'), {
      hint: 'Nothing was changed. `turso-sync init` takes the remote as it is; with --force also over changes, after keeping a dated backup.',
      cause: error,
    });
  }
}
