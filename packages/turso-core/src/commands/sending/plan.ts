import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { apply } from '../../apply/apply';
import { summarize } from '../../changeset/summary';
import { openChanges, type ChangesFile } from '../../changeset/text/read-json';
import { TursoSyncError } from '../../errors';
import { openReadOnly } from '../../sqlite/files/open';
import { createSqliteTarget } from '../../sqlite/sqlite-target';
import { fileSystemError } from '../../project/state/disk';
import type { Project } from '../../project/project';
import { compareWithBase, requireBase, type Comparison } from '../comparing/compare';

/** What a saved plan is made for. */
export interface PlanFor {
  /** SHA-256 of the base's database. */
  readonly base: string;
  /** The remote that the base is from, without credentials. */
  readonly remote: string;
}

/** Names what a plan that is made now is made for. */
export function planOf(project: Project): PlanFor {
  return { base: digestFile(project.files.base.database), remote: requireBase(project).remote };
}

/**
 * Runs work with the changes of a saved plan, as if the working copy had just these. Throws PLAN_STALE where the base is
 * another than it was made for, and CHANGES_UNREADABLE.
 */
export async function withPlan<T>(
  project: Project,
  temporary: string,
  file: string,
  work: (comparison: Comparison) => T | Promise<T>,
): Promise<T> {
  const changes = openPlan(project, file);
  const planned = await replay(project, temporary, changes, 'forth');
  if (planned === null) throw stale(file, 'its changes cannot be made to the base');
  return compareWithBase(project, planned.database, (comparison) => {
    const [wanted, found] = [changes.head.summary, summarize(comparison.changeset)];
    if (JSON.stringify(wanted.total) !== JSON.stringify(found.total))
      throw stale(file, 'its changes come out as others');
    return work(comparison);
  });
}

function openPlan(project: Project, file: string): ChangesFile {
  if (!fs.existsSync(file)) {
    throw new TursoSyncError('CHANGES_UNREADABLE', `There is no plan ${file}.`, {
      hint: '`turso-sync diff --save <file>` makes one.',
    });
  }
  const changes = openChanges(file);
  const plan = changes.head['plan'] as PlanFor | undefined;
  if (plan === undefined) {
    throw new TursoSyncError('CHANGES_UNREADABLE', `${file} is no plan.`, {
      hint: '`turso-sync diff --save <file>` makes one.',
    });
  }
  const now = planOf(project);
  if (plan.remote !== now.remote) throw stale(file, `it is for ${plan.remote}, not for ${now.remote}`);
  if (plan.base !== now.base) throw stale(file, 'the base has moved on since it was made');
  return changes;
}

/** The error for a plan that does not fit any more. */
export function stale(file: string, reason: string): TursoSyncError {
  return new TursoSyncError('PLAN_STALE', `The plan ${file} does not fit any more: ${reason}.`, {
    hint: 'Nothing was sent. Make and review a new one: `turso-sync pull`, then `turso-sync diff --save <file>`.',
  });
}

/** A copy of the base to which changes were made, or what stands in their way there. */
export type Replayed =
  | { readonly database: string }
  | { readonly conflicts: Extract<Awaited<ReturnType<typeof apply>>, { status: 'conflict' }>['conflicts'] };

/** Makes the changes of a file to a copy of the base, or takes them back. Null where that is not possible. */
export async function replay(
  project: Project,
  temporary: string,
  changes: ChangesFile,
  direction: 'forth',
): Promise<{ readonly database: string } | null>;
export async function replay(
  project: Project,
  temporary: string,
  changes: ChangesFile,
  direction: 'back',
): Promise<Replayed | null>;
export async function replay(
  project: Project,
  temporary: string,
  changes: ChangesFile,
  direction: 'forth' | 'back',
): Promise<Replayed | null> {
  const database = path.join(temporary, 'replayed.db');
  try {
    fs.copyFileSync(project.files.base.database, database, fs.constants.COPYFILE_FICLONE);
  } catch (error) {
    throw fileSystemError(error, database);
  }
  const base = openReadOnly(project.files.base.database);
  try {
    const isStored = changes.head['inverse'] === true;
    const changeset = direction === 'forth' || isStored ? changes.changeset(base) : changes.inverse(base);
    if (changeset === null) return null;
    // What is taken back was written to the remote, whose hidden rowids the base may not have had, or has only since.
    const known = (changes.head['movedRowids'] ?? []) as readonly string[];
    const moved = direction === 'forth' ? [] : [...known, ...(requireBase(project).movedRowids ?? [])];
    const target = createSqliteTarget(database, { location: 'the base' });
    const result = await apply(changeset, target, { movedRowids: new Set(moved) });
    if (result.status === 'applied') return { database };
    return direction === 'forth' ? null : { conflicts: result.conflicts };
  } finally {
    base.close();
  }
}

function digestFile(file: string): string {
  const hash = createHash('sha256');
  const handle = fs.openSync(file, 'r');
  try {
    const piece = Buffer.allocUnsafe(1 << 20);
    for (let read: number; (read = fs.readSync(handle, piece)) > 0;) hash.update(piece.subarray(0, read));
  } finally {
    fs.closeSync(handle);
  }
  return hash.digest('hex');
}
