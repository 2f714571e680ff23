import fs from 'node:fs';
import path from 'node:path';
import { apply, type ApplyResult } from '../../apply/apply';
import type { Conflict } from '../../apply/conflict';
import { prepareMerge } from '../../apply/merge-schema/prepare-merge';
import { withDiff } from '../../changeset/diff';
import type { Changeset } from '../../changeset/model';
import { countChanges, isEmpty, summarize } from '../../changeset/summary';
import { createSqliteTarget } from '../../sqlite/sqlite-target';
import { fileSystemError } from '../../project/state/disk';
import type { OnEvent } from '../../events';
import type { Comparison } from '../comparing/compare';
import { warnOfOrphans } from '../conflicts/orphan-warnings';
import {
  NONE_RESOLVED,
  policyOf,
  resolvedIn,
  type ConflictOptions,
  type Resolved,
} from '../conflicts/conflict-options';

/** Edits of a working copy, and the snapshot that they are put on. */
export interface EditsOnSnapshot {
  readonly comparison: Comparison;
  /** The base that the edits start from. */
  readonly base: string;
  readonly snapshot: string;
  /** A folder for the result and for private copies. */
  readonly temporary: string;
  /** Tables that have other hidden rowids on the remote. */
  readonly movedRowids: ReadonlySet<string>;
  readonly options: ConflictOptions & { readonly onEvent?: OnEvent };
}

/** The working copy as it was, and its edits on top of a copy of the snapshot; or why they cannot be put there. */
export type MergedEdits = { readonly pending: number } & (
  | {
      readonly frozen: string;
      /** The snapshot itself, if there are no edits. */
      readonly merged: string;
      readonly resolved: Resolved;
      readonly alreadyThere: number;
    }
  | { readonly conflicts: readonly Conflict[] }
);

/**
 * Puts the edits of a working copy on a copy of a snapshot, as a push would. Where definitions have changed in the snapshot,
 * those of both sides are merged before.
 */
export async function mergeEdits(edits: EditsOnSnapshot): Promise<MergedEdits> {
  const { comparison, base, snapshot, temporary, movedRowids, options } = edits;
  const { changeset, frozen } = comparison;
  const policy = policyOf(options);
  const { onConflict = 'fail' } = policy;
  const files = { base, ours: frozen, theirs: snapshot };
  const prepared = prepareMerge({ files, directory: temporary, onConflict, movedRowids });
  if (prepared === null) {
    const isEdited = !isEmpty(summarize(changeset)) || changeset.renumbered.length > 0;
    if (!isEdited) return { pending: 0, frozen, merged: snapshot, resolved: NONE_RESOLVED, alreadyThere: 0 };
    const merged = copyOf(snapshot, temporary);
    const result = await applyTo(merged, changeset, { ...policy, movedRowids });
    if (result.status === 'conflict') return { pending: countOf(changeset), conflicts: result.conflicts };
    warnOfOrphans(result.orphans, options.onEvent);
    const pending = countOf(result.applied);
    return { pending, frozen, merged, resolved: resolvedIn(result), alreadyThere: result.alreadyThere };
  }
  const { conflicts } = prepared;
  if (conflicts.some((c) => c.resolution === null)) return { pending: countOf(changeset), conflicts };
  const { base: before, ours: after, theirs: merged } = prepared.files;
  // A user_version that the remote refuses is no edit.
  const { userVersion } = changeset;
  const result = await withDiff(before, after, (rows) =>
    applyTo(merged, { ...rows, userVersion }, { ...policy, movedRowids: prepared.movedRowids }),
  );
  if (result.status === 'conflict')
    return { pending: countOf(changeset), conflicts: result.conflicts.map(byHand) };
  warnOfOrphans(result.orphans, options.onEvent);
  // What both sides have defined is no edit any more, and what was carried is none of the rows that were merged.
  const pending = await withDiff(snapshot, merged, countOf);
  const { alreadyThere } = result;
  return { pending, frozen, merged, resolved: withDefinitions(resolvedIn(result), conflicts), alreadyThere };
}

function copyOf(snapshot: string, temporary: string): string {
  const merged = path.join(temporary, 'merged.db');
  try {
    fs.copyFileSync(snapshot, merged, fs.constants.COPYFILE_FICLONE);
  } catch (error) {
    throw fileSystemError(error, merged);
  }
  return merged;
}

function applyTo(
  file: string,
  changeset: Changeset,
  options: Parameters<typeof apply>[2],
): Promise<ApplyResult> {
  const folder = path.dirname(file);
  return apply(changeset, createSqliteTarget(file, { location: 'the snapshot' }), { ...options, folder });
}

// All that can be merged has been.
function byHand(conflict: Conflict): Conflict {
  const { definition } = conflict;
  return definition === null ? conflict : { ...conflict, definition: { ...definition, byHand: true } };
}

function countOf(changeset: Changeset): number {
  return countChanges(summarize(changeset));
}

function withDefinitions(rows: Resolved, conflicts: readonly Conflict[]): Resolved {
  const count = (resolution: Conflict['resolution']): number =>
    conflicts.filter((c) => c.resolution === resolution).length;
  return {
    ...rows,
    overwritten: rows.overwritten + count('overwritten'),
    kept: rows.kept + count('kept'),
    resolved: [...conflicts, ...rows.resolved],
  };
}
