import fs from 'node:fs';
import type { Conflict } from '../../apply/conflict';
import { listReceipts } from '../../apply/receipt';
import type { Changeset } from '../../changeset/model';
import { addsUnnamed } from '../../changeset/rows/unnamed';
import type { PlanHead, SavedFor } from '../../plan/plan';
import { openChanges, type OpenedChanges } from '../../plan/read-changes';
import { TursoSyncError } from '../../errors';
import type { OnEvent } from '../../events';
import type { ProjectRemote } from '../../project/connect-to';
import type { Project } from '../../project/project';
import { fileSystemError } from '../../project/state/disk';
import { folderId } from '../../project/state/folder-id';
import type { Manifest } from '../../project/state/manifest';
import { compareFrom, requireBase, type Comparison } from '../comparing/compare';
import { writeConflicts } from '../conflicts/conflicts-file';
import { isExcluded } from '../../sqlite/schema/exclude';
import { quoteValue } from '../../sqlite/values/quote';
import { nameReceipt, receiptAge } from '../../sqlite/receipt';
import { agreedBase } from './agreed-base';
import { MOST_DAYS } from './claim-plans';
import { replayOnRemote } from './replay';

/** Returns the origin of a plan saved now. */
export function savedFor({ files }: Project, changeset: Changeset): SavedFor {
  return { folder: folderId(files), receipt: addsUnnamed(changeset) ? nameReceipt() : null };
}

/** The context for pushing a plan. */
interface PlanContext {
  readonly project: Project;
  readonly temporary: string;
  readonly onEvent: OnEvent | undefined;
}

/** A plan's changes, ready to send. */
export interface PlannedChanges {
  /** The manifest of the database they start from. */
  readonly from: Manifest;
  readonly comparison: Comparison;
  /** The next base, if it differs from the result of the changes. */
  readonly becomes: string | null;
  /** See {@link SavedFor}. */
  readonly receipt: string | null;
}

/**
 * Passes the changes of a saved plan to `work`, or null if the plan was pushed already. Rows and definitions must be as
 * in the plan, on any base.
 * Throws CHANGES_UNREADABLE, and PLAN_STALE with the rows if others have changed the same.
 */
export async function withPlan<T>(
  context: PlanContext & { readonly remote: ProjectRemote },
  file: string,
  work: (planned: PlannedChanges | null) => T | Promise<T>,
): Promise<T> {
  const { project, temporary } = context;
  const { changes, saved } = openSaved(project, file);
  if (saved.receipt !== null && (await listReceipts(context.remote)).includes(saved.receipt))
    return work(null);
  const excluded = changes.about.find((name) => isExcluded(name, project.exclude));
  if (excluded !== undefined) throw stale(file, `it changes "${excluded}", which "exclude" leaves out`);
  const planned = await replayOnRemote(context, { changes, direction: 'forth', push: null });
  if (planned === null) throw stale(file, 'its changes cannot be made any more');
  if ('conflicts' in planned) throw await staleFor(context, file, planned.conflicts);
  const { start, database } = planned;
  return compareFrom(start, database, async (comparison) => {
    const { changeset } = comparison;
    const agreed = await agreedBase({ project, temporary }, changeset, isOrigin(project, saved));
    const becomes = agreed ?? planned.becomes;
    return work({ from: start.manifest, comparison, becomes, receipt: saved.receipt });
  });
}

function isOrigin({ files }: Project, saved: SavedFor): boolean {
  return saved.folder === folderId(files);
}

function openReadable(file: string): OpenedChanges {
  try {
    return openChanges(file);
  } catch (error) {
    throw fileSystemError(error, file);
  }
}

function openSaved(project: Project, file: string): { changes: OpenedChanges; saved: SavedFor } {
  if (!fs.existsSync(file)) {
    throw new TursoSyncError('CHANGES_UNREADABLE', `There is no plan ${file}.`, {
      hint: '`turso-sync diff --save <file>` makes one.',
    });
  }
  const changes = openReadable(file);
  const { saved, remote: meant } = changes.head;
  if (!isSavedFor(saved)) {
    throw new TursoSyncError('CHANGES_UNREADABLE', `${file} is not a saved plan.`, {
      hint: '`turso-sync diff --save <file>` makes one.',
    });
  }
  const { remote } = requireBase(project);
  if (saved.receipt !== null && receiptAge(saved.receipt) > MOST_DAYS)
    throw stale(file, `it is older than ${MOST_DAYS} days`);
  if (meant !== remote) throw stale(file, `it is for ${meant ?? 'no remote'}, not for ${remote}`);
  return { changes, saved };
}

function isSavedFor(saved: PlanHead['saved']): saved is SavedFor {
  const { folder, receipt } = (saved ?? {}) as Partial<Record<keyof SavedFor, unknown>>;
  const isReceipt = receipt === null || (typeof receipt === 'string' && !Number.isNaN(receiptAge(receipt)));
  return typeof folder === 'string' && isReceipt;
}

/** Maximum number of rows to name in a message. */
const NAMED = 5;

/** Returns the error for a plan that conflicts with changes of others. Writes all conflicts to `conflicts.json`. */
export async function staleFor(
  context: PlanContext,
  file: string,
  conflicts: readonly Conflict[],
): Promise<TursoSyncError> {
  const { location } = context.project.address();
  await writeConflicts(context, conflicts, { location, onEvent: context.onEvent });
  const names = [...new Set(conflicts.map(nameOf))];
  const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : '';
  return stale(file, `others have changed ${names.slice(0, NAMED).join(', ')}${more} (see conflicts.json)`);
}

function nameOf({ table, key, message }: Conflict): string {
  if (key === null) return `"${table}" (${message})`;
  const values = Object.entries(key).map(([column, value]) => `${column}=${quoteValue(value).slice(0, 60)}`);
  return `"${table}" ${values.join(' ')}`;
}

/** Returns the error for a plan that no longer fits. */
function stale(file: string, reason: string): TursoSyncError {
  return new TursoSyncError('PLAN_STALE', `The plan ${file} does not fit any more: ${reason}.`, {
    hint: 'Nothing was sent. Make and review a new one: `turso-sync pull`, then `turso-sync diff --save <file>`.',
  });
}
