import {
  CHANGE_KINDS,
  type ChangeKind,
  type Changeset,
  type RowChange,
  type TableChanges,
} from '../changeset/model';
import { rowIdentity } from './inspect/row-identity';
import type { RemainingWork } from './remaining-work';

/**
 * Returns a changeset with the rows that were really written, after resolved conflicts and under the target's hidden
 * rowids. Rows already there are someone else's work, and no part of it.
 */
export function resolvedChangeset(changeset: Changeset, work: RemainingWork): Changeset {
  const { rows } = work;
  if (rows.size === 0) return changeset;
  const tables = changeset.tables.map((changes) => resolvedTable(changes, rows));
  return { ...changeset, tables: tables.filter((t) => CHANGE_KINDS.some((kind) => t.count(kind) > 0)) };
}

function resolvedTable(changes: TableChanges, decisions: RemainingWork['rows']): TableChanges {
  const rows = function* (kind: ChangeKind): Generator<RowChange> {
    for (const meantKind of CHANGE_KINDS) {
      for (const meant of changes.rows(meantKind)) {
        const decision = decisions.get(rowIdentity(changes, meant));
        const change = decision === undefined ? meant : decision.instead;
        if (change?.kind === kind) yield change;
      }
    }
  };
  const count = (kind: ChangeKind): number => {
    let n = 0;
    for (const change of rows(kind)) n += rowsOf(change);
    return n;
  };
  return { ...changes, rows, count, bulk: () => null };
}

function rowsOf(change: RowChange): number {
  const copies = change.kind === 'update' ? undefined : change.copies;
  return copies === undefined ? 1 : Math.abs(copies.to - copies.from);
}
