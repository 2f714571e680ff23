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
import type { VerbOptions } from '../../events';
import type { Comparison } from '../comparing/compare';
import { warnOfOrphans } from '../conflicts/orphan-warnings';
import {
  NONE_RESOLVED,
  policyOf,
  resolvedIn,
  type ConflictOptions,
  type Resolved,
} from '../conflicts/conflict-options';

/** Edits of a working copy, and the snapshot to apply them to. */
export interface EditsOnSnapshot {
  readonly comparison: Comparison;
  /** The base the edits start from. */
  readonly base: string;
  readonly snapshot: string;
  /** A folder for the result and for private copies. */
  readonly temporary: string;
  /** Tables with other hidden rowids on the remote. */
  readonly movedRowids: ReadonlySet<string>;
  readonly options: ConflictOptions & VerbOptions;
}

/** The working copy before, and its edits on top of a copy of the snapshot; or the conflicts. */
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
 * Applies the edits of a working copy to a copy of a snapshot, as a push would. If definitions have changed in the
 * snapshot, merges those of both sides first.
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
    if (result.outcome === 'conflict') return { pending: countOf(changeset), conflicts: result.conflicts };
    warnOfOrphans(result.orphans, options.onEvent);
    const pending = countOf(result.applied);
    return { pending, frozen, merged, resolved: resolvedIn(result), alreadyThere: result.alreadyThere };
  }
  const { conflicts } = prepared;
  if (conflicts.some((c) => c.resolution === null)) return { pending: countOf(changeset), conflicts };
  const { base: before, ours: after, theirs: merged } = prepared.files;
  // A user_version refused by the remote is not an edit.
  const { userVersion } = changeset;
  const result = await withDiff(before, after, (rows) =>
    applyTo(merged, { ...rows, userVersion }, { ...policy, movedRowids: prepared.movedRowids }),
  );
  if (result.outcome === 'conflict')
    return { pending: countOf(changeset), conflicts: result.conflicts.map(byHand) };
  warnOfOrphans(result.orphans, options.onEvent);
  // Definitions made on both sides are no longer edits, and carried rows are not among the merged rows.
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

// Everything that can be merged already is.
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
