import { keyObject, rowObject, type ConflictRow } from '../../apply/conflict';
import { CHANGE_KINDS, type ChangeKind, type Changeset, type TableChanges } from '../../changeset/model';

/** A changed row, for people to look at. Rows are objects from column to value. */
export interface ChangedRow {
  readonly table: string;
  readonly kind: ChangeKind;
  /** The columns that tell the row from others, with their values. */
  readonly key: ConflictRow;
  /** The columns that an update changes; empty for other kinds. */
  readonly columns: readonly string[];
  /** The row before; null for an insert. */
  readonly old: ConflictRow | null;
  /** The row afterwards; null for a delete. */
  readonly new: ConflictRow | null;
}

/** The first changed rows of each table, in the order of a push. */
export function changedRows({ tables }: Pick<Changeset, 'tables'>, limit: number): ChangedRow[] {
  return tables.flatMap((changes) => [...firstRows(changes, limit)]);
}

function* firstRows(changes: TableChanges, limit: number): Generator<ChangedRow> {
  const { table, columns } = changes;
  let left = limit;
  for (const kind of CHANGE_KINDS) {
    if (left <= 0) return;
    for (const change of changes.rows(kind)) {
      const [old, now] = [
        change.kind === 'insert' ? null : change.old,
        change.kind === 'delete' ? null : change.new,
      ];
      yield {
        table: table.name,
        kind,
        key: keyObject(changes, old ?? now ?? []),
        columns: change.kind === 'update' ? change.changed.map((i) => columns[i] ?? '') : [],
        old: old === null ? null : rowObject(columns, old),
        new: now === null ? null : rowObject(columns, now),
      };
      if (--left === 0) break;
    }
  }
}
