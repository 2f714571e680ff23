import { rowSize } from '../../sqlite/values/values';
import { newRow, oldRow } from '../change-rows';
import type { ChangeKind, RowChange, TableChanges } from '../model';
import type { KeptMemory } from './kept-memory';

/** From this many rows on, SQLite counts and renders them, and they are read one by one only if necessary. */
const MANY = 1_000;

/** The ways to find the changed rows of a table. */
interface Search {
  /** Reads them one by one. */
  readonly search: TableChanges['rows'];
  /** Counts them. */
  readonly count: TableChanges['count'];
  /** The memory that keeps them. */
  readonly memory: KeptMemory;
}

/**
 * Keeps the results of a search for changes, so planning and reporting do not search again. Results that would take too
 * much memory are searched for again at each call.
 */
export function knownRows({ search, count, memory }: Search): Pick<TableChanges, 'rows' | 'count'> & {
  /** Whether there are many rows of a kind. */
  readonly isMany: (kind: ChangeKind) => boolean;
} {
  const kept = new Map<ChangeKind, RowChange[]>();
  const many = new Set<ChangeKind>();
  const tooMany = new Set<ChangeKind>();
  const counts = new Map<ChangeKind, number>();

  const isMany = (kind: ChangeKind): boolean => {
    if (!many.has(kind) && !kept.has(kind)) {
      const found = take(search(kind), MANY, memory);
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
        const found = take(search(kind), Infinity, memory);
        if (found === null) tooMany.add(kind);
        else kept.set(kind, found);
      }
      return kept.get(kind) ?? search(kind);
    },
  };
}

/** Returns all rows, or null if there are more than `most`, or if they are too large to keep. */
function take(rows: Iterable<RowChange>, most: number, memory: KeptMemory): RowChange[] | null {
  const found: RowChange[] = [];
  let size = 0;
  for (const change of rows) {
    size += changeSize(change);
    if (found.length >= most || size > memory.left) return null;
    found.push(change);
  }
  memory.take(size);
  return found;
}

/** A value counts 8 bytes more than its own, a row 100. */
function changeSize(change: RowChange): number {
  const rows = [oldRow(change) ?? [], newRow(change) ?? []];
  return rows.reduce((sum, row) => sum + rowSize(row) + 8 * row.length, 100);
}
