import { keyObject, rowObject } from '../../apply/conflict';
import { newRow, oldRow } from '../../changeset/change-rows';
import { CHANGE_KINDS, type Changeset, type TableChanges } from '../../changeset/model';
import type { PlanRow } from '../../plan/plan';

/** Returns the first changed rows of each table, in the order of a push. */
export function changedRows({ tables }: Pick<Changeset, 'tables'>, limit: number): PlanRow[] {
  return tables.flatMap((changes) => [...firstRows(changes, limit)]);
}

function* firstRows(changes: TableChanges, limit: number): Generator<PlanRow> {
  const { table, columns } = changes;
  let left = limit;
  for (const kind of CHANGE_KINDS) {
    if (left <= 0) return;
    for (const change of changes.rows(kind)) {
      const [old, now] = [oldRow(change), newRow(change)];
      yield {
        table: table.name,
        kind,
        key: keyObject(changes, old ?? now ?? []),
        columns: change.kind === 'update' ? change.changed.map((i) => columns[i] ?? '') : [],
        old: old === null ? null : rowObject(columns, old),
        new: now === null ? null : rowObject(columns, now),
        ...(change.kind !== 'update' && change.copies !== undefined ? { copies: change.copies } : {}),
      };
      if (--left === 0) break;
    }
  }
}
