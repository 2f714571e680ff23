import { rowSize } from '../../sqlite/values/values';
import type { ChangeKind, RowChange, TableChanges } from '../model';

/** Rows from which on they are many: counted and rendered by SQLite, and only read one by one where they have to be. */
const MANY = 1_000;

/** Bytes of one table's changes of one kind that are kept; a value counts 8 more than its own, a row 100. */
const MEMORY_LIMIT = 128_000_000;

/** How to find the changed rows of a table. */
interface Search {
  /** Reads them one by one. */
  readonly search: TableChanges['rows'];
  /** Counts them. */
  readonly count: TableChanges['count'];
}

/**
 * Keeps what a search for changes has found, so that planning and reporting do not search again. What would take too
 * much memory is searched for anew at each call.
 */
export function knownRows({ search, count }: Search): Pick<TableChanges, 'rows' | 'count'> & {
  /** Whether there are many rows of a kind. */
  readonly isMany: (kind: ChangeKind) => boolean;
} {
  const kept = new Map<ChangeKind, RowChange[]>();
  const many = new Set<ChangeKind>();
  const tooMany = new Set<ChangeKind>();
  const counts = new Map<ChangeKind, number>();

  const isMany = (kind: ChangeKind): boolean => {
    if (!many.has(kind) && !kept.has(kind)) {
      const found = take(search(kind), MANY);
      if (found === null) many.add(kind);
      else kept.set(kind, found);
    }
    return many.has(kind);
  };
  return {
    isMany,
    count(kind) {
      if (!isMany(kind)) return kept.get(kind)?.length ?? 0;
      const counted = counts.get(kind) ?? count(kind);
      counts.set(kind, counted);
      return counted;
    },
    rows(kind) {
      if (isMany(kind) && !kept.has(kind) && !tooMany.has(kind)) {
        const found = take(search(kind), Infinity);
        if (found === null) tooMany.add(kind);
        else kept.set(kind, found);
      }
      return kept.get(kind) ?? search(kind);
    },
  };
}

/** All rows, or null where they are more than so many, or too large to keep. */
function take(rows: Iterable<RowChange>, most: number): RowChange[] | null {
  const found: RowChange[] = [];
  let size = 0;
  for (const change of rows) {
    size += changeSize(change);
    if (found.length >= most || size > MEMORY_LIMIT) return null;
    found.push(change);
  }
  return found;
}

function changeSize(change: RowChange): number {
  const rows = [change.kind === 'insert' ? [] : change.old, change.kind === 'delete' ? [] : change.new];
  return rows.reduce((sum, row) => sum + rowSize(row) + 8 * row.length, 100);
}
