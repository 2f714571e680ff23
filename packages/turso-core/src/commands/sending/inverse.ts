import { isDeepStrictEqual } from 'node:util';
import { keyObject, type Conflict } from '../../apply/conflict';
import { withDiff } from '../../changeset/diff';
import {
  CHANGE_KINDS,
  INVERSE_KIND,
  type ChangeKind,
  type Changeset,
  type RowChange,
  type TableChanges,
} from '../../changeset/model';
import type { PlanHead } from '../../plan/plan';
import { describePlan, planText } from '../../plan/write-plan';
import { writePieces } from '../../sqlite/files/write-file';

/** Checks whether the inverse of changes needs both databases, because it does not follow from the changes. */
export function needsInverse({ schema, virtual }: Changeset): boolean {
  return schema.length > 0 || virtual.length > 0;
}

/** A push from one database to another. */
export interface Pushed {
  readonly before: string;
  readonly after: string;
  /** The pushed plan. */
  readonly plan: PlanHead;
  /** The changes really written after resolving conflicts, and these conflicts; else null. */
  readonly resolved: { readonly changeset: Changeset; readonly conflicts: readonly Conflict[] } | null;
}

/** Writes the inverse of a push as a plan. */
export function writeInverse(file: string, { before, after, plan, resolved }: Pushed): Promise<void> {
  return withDiff(after, before, (all) => {
    const back = resolved === null ? all : withResolved(all, resolved.changeset, resolved.conflicts);
    return writePieces(file, planText(describePlan(back, { ...plan, cost: null }), back));
  });
}

/**
 * Adjusts an inverse to resolved conflicts, because the remote differed from the base. In tables with an unchanged
 * definition, exactly the written changes are taken back. In other tables, rows kept from the remote stay.
 */
function withResolved(back: Changeset, written: Changeset, conflicts: readonly Conflict[]): Changeset {
  const concerned = new Set(conflicts.map((c) => c.table));
  const tableChanges = back.schema.filter((c) => c.object.type === 'table');
  const pushedAs = new Map(
    tableChanges.map((c) => [c.object.name, c.action === 'alter' ? c.from.name : c.object.name]),
  );
  const changed = new Set([...pushedAs].flat());
  const isReplaced = (name: string): boolean => concerned.has(name) && !changed.has(name);
  const kept = conflicts.filter((c) => c.resolution === 'kept');
  const tables = [
    ...back.tables
      .filter((t) => !isReplaced(t.table.name))
      .map((t) => {
        const own = kept.filter((c) => c.table === pushedAs.get(t.table.name));
        return own.length === 0 ? t : without(t, own);
      }),
    ...written.tables.filter((t) => isReplaced(t.table.name)).map(inverted),
  ];
  const userVersion = written.userVersion === null ? null : back.userVersion;
  return {
    ...back,
    userVersion,
    tables: tables.filter((t) => CHANGE_KINDS.some((kind) => t.count(kind) > 0)),
  };
}

function inverted(changes: TableChanges): TableChanges {
  return withRows(changes, function* (kind) {
    for (const change of changes.rows(INVERSE_KIND[kind])) {
      if (change.kind === 'update') {
        yield { ...change, old: change.new, new: change.old };
        continue;
      }
      const copies = change.copies && { copies: { from: change.copies.to, to: change.copies.from } };
      if (change.kind === 'insert') yield { kind: 'delete', old: change.new, ...copies };
      else yield { kind: 'insert', new: change.old, ...copies };
    }
  });
}

function without(changes: TableChanges, kept: readonly Conflict[]): TableChanges {
  const isKept = (row: RowChange): boolean => {
    const key = keyObject(changes, row.kind === 'insert' ? row.new : row.old);
    return kept.some((conflict) => isDeepStrictEqual(conflict.key, key));
  };
  return withRows(changes, function* (kind) {
    for (const row of changes.rows(kind)) if (!isKept(row)) yield row;
  });
}

function withRows(changes: TableChanges, rows: (kind: ChangeKind) => Generator<RowChange>): TableChanges {
  return { ...changes, rows, count: (kind) => [...rows(kind)].length, bulk: () => null };
}
