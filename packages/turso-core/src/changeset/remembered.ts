import { rowSize } from '../local/values';
import type { ChangeKind, RowChange, TableChanges } from './model';

/** Bytes of one table's changes of one kind that are kept; a value counts 8 more than its own, a row 100. */
const MEMORY_LIMIT = 128_000_000;

/**
 * Keeps what a search for changes has found, so that planning and reporting do not search again. What would take too
 * much memory is searched for anew at each call.
 */
export function remembered(search: TableChanges['rows']): TableChanges['rows'] {
  const kept = new Map<ChangeKind, RowChange[]>();
  const tooMany = new Set<ChangeKind>();
  return (kind) => {
    const known = kept.get(kind);
    if (known !== undefined) return known;
    if (tooMany.has(kind)) return search(kind);
    const found: RowChange[] = [];
    let size = 0;
    for (const change of search(kind)) {
      size += changeSize(change);
      if (size > MEMORY_LIMIT) {
        tooMany.add(kind);
        return search(kind);
      }
      found.push(change);
    }
    kept.set(kind, found);
    return found;
  };
}

function changeSize(change: RowChange): number {
  const rows = [change.kind === 'insert' ? [] : change.old, change.kind === 'delete' ? [] : change.new];
  return rows.reduce((sum, row) => sum + rowSize(row) + 8 * row.length, 100);
}
