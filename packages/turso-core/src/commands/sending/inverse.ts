import { isDeepStrictEqual } from 'node:util';
import { keyObject, type Conflict } from '../../apply/conflict';
import { withDiff } from '../../changeset/diff';
import {
  CHANGE_KINDS,
  type ChangeKind,
  type Changeset,
  type RowChange,
  type TableChanges,
} from '../../changeset/model';
import type { PlanHead } from '../../plan/plan';
import { describePlan, planText } from '../../plan/write-plan';
import { writePieces } from '../../sqlite/files/write-file';

/** Whether what takes changes back does not follow from them, but only from both databases. */
export function needsInverse({ schema, virtual }: Changeset): boolean {
  return schema.length > 0 || virtual.length > 0;
}

/** What was pushed from one database to make it another. */
export interface Pushed {
  readonly before: string;
  readonly after: string;
  /** The plan that was pushed. */
  readonly plan: PlanHead;
  /** What was really written where conflicts were resolved, and these conflicts; else null. */
  readonly resolved: { readonly changeset: Changeset; readonly conflicts: readonly Conflict[] } | null;
}

/** Writes the changes that take a push back, as a plan. */
export function writeInverse(file: string, { before, after, plan, resolved }: Pushed): Promise<void> {
  return withDiff(after, before, (all) => {
    const back = resolved === null ? all : withResolved(all, resolved.changeset, resolved.conflicts);
    return writePieces(file, planText(describePlan(back, { ...plan, cost: null }), back));
  });
}

/**
 * Where conflicts were resolved, the remote did not have what the base has. In tables that keep their definition, just what
 * was written is taken back; in others, rows that were left as the remote had them stay.
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

const INVERSE = { delete: 'insert', update: 'update', insert: 'delete' } as const;

function inverted(changes: TableChanges): TableChanges {
  return withRows(changes, function* (kind) {
    for (const change of changes.rows(INVERSE[kind])) {
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
