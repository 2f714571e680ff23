import type { TableChanges } from '../changeset/model';
import { pieceLimit } from '../changeset/rows/bulk-rows';
import { isTakenOutOnce } from '../apply/statements/row-source';
import { isTooWide } from '../apply/statements/wide-statements';
import type { Database } from '../sqlite/files/sqlite';
import { isCounted } from '../sqlite/schema/is-counted';
import { hasOwnCollations, keyTerms } from '../sqlite/schema/key-terms';
import { hasHiddenRowid, keyColumns } from '../sqlite/schema/schema';
import { bindValues } from '../sqlite/values/bind';
import { sumOf, type Amount } from './amount';
import type { ChangedRows, WrittenRows } from './changed-rows';
import { countRows } from './count-rows';
import { mostPieces } from './most-pieces';
import { isTouched, type IndexFacts } from './table-indexes';

/** The context in which a table's rows are written. */
export interface RowPlace {
  /** The effect on its rows; null if nothing tells the rows apart. */
  readonly work: ChangedRows | null;
  /** The database after the changes. */
  readonly after: Database;
  /** The table's indexes while its rows are written. */
  readonly indexes: readonly IndexFacts[];
  /** Whether the table had an AUTOINCREMENT counter. */
  readonly hasCounter: () => boolean;
  /** Number of rows in the table before. */
  readonly rowsBefore: () => number;
}

/**
 * Estimates the cost of the statements for the rows of one table. A server counts each written table row and index
 * entry as written. It counts each step to a row as read: of the JSON text, of the table, and of temporary storage.
 */
export function rowCost(changes: TableChanges, place: RowPlace): Amount {
  const { work } = place;
  if (work === null) return copiesCost(changes, place);
  const { deleted, inserted, updated } = work;
  return sumOf([
    { read: deleteReads(changes, deleted, place), written: deleted },
    insertCost(changes, inserted, place),
    ...updated.map(({ set, ...rows }) => ({
      read:
        rows.count * ((changes.table.withoutRowid ? 3 : 4) + takingOut(changes.columns.length + set.length)),
      written:
        rows.count +
        entries(
          changes,
          rows,
          place,
          place.indexes.filter((index) => isTouched(index, set)),
        ),
    })),
    counterCost(changes, work, place),
    // Each statement is followed by a guard.
    ...[deleted, inserted.count, ...updated.map(({ count }) => count)].map((count) => ({
      read: count === 0 ? 0 : statementsFor(changes, count),
      written: 0,
    })),
  ]);
}

/** Returns the additional steps for each row of a source with this many columns. */
function takingOut(width: number): number {
  return isTakenOutOnce(width) ? 1 : 0;
}

function deleteReads({ table, columns }: TableChanges, deleted: number, { rowsBefore }: RowPlace): number {
  if (deleted === 0) return 0;
  const more = takingOut(columns.length);
  if (!table.withoutRowid) return deleted * (5 + more);
  const found = deleted * (6 + more);
  const collations = new Set(
    keyColumns(table).map((k) => table.columns.find((c) => c.name === k)?.keyCollation),
  );
  const isOwn = hasOwnCollations(table);
  if (keyColumns(table).length === 1 || (isOwn && collations.size === 1)) return found;
  // If the key's collations differ from its columns' collations, SQLite scans all rows. If they only differ from each
  // other, it looks at rows with the same first column. It then reads the deleted rows twice.
  return Math.max(found, rowsBefore() + deleted * (3 + more) * (isOwn ? 2 : 1));
}

function insertCost(changes: TableChanges, rows: WrittenRows, place: RowPlace): Amount {
  const { table } = changes;
  if (table.kind === 'virtual') return { read: rows.count, written: rows.count };
  const once = {
    read: rows.count * ((table.withoutRowid ? 1 : 2) + takingOut(changes.columns.length)),
    written: rows.count + entries(changes, rows, place, place.indexes),
  };
  // The hidden rowid of a row with about 2,000 columns is set afterwards.
  const isSetAfterwards = isTooWide(changes) && hasHiddenRowid(table);
  return isSetAfterwards ? { read: once.read * 3, written: once.written * 2 } : once;
}

/** Counts the index entries of rows. For a partial index and few rows, asks for each row separately. */
function entries(
  { table, key }: TableChanges,
  { count, rows }: WrittenRows,
  { after }: RowPlace,
  indexes: readonly IndexFacts[],
): number {
  const inPartial = (condition: string): number => {
    if (rows === null) return Math.min(count, countRows(after, table.name, condition) ?? count);
    let found = 0;
    for (const row of rows) {
      const { expressions, args } = bindValues(key.map((i) => row[i] ?? null));
      const isRow = keyTerms(table).map((term, i) => `${term} = ${expressions[i] ?? ''}`);
      found += countRows(after, table.name, `${isRow.join(' AND ')} AND ${condition}`, args) ?? 1;
    }
    return found;
  };
  return indexes.reduce((n, { condition }) => n + (condition === null ? count : inPartial(condition)), 0);
}

/** Estimates the cost of the AUTOINCREMENT counter: each inserting statement writes it. */
function counterCost(changes: TableChanges, { inserted }: ChangedRows, { hasCounter }: RowPlace): Amount {
  if (!isCounted(changes.table) || changes.beforeSchema) return { read: 0, written: 0 };
  const kept = hasCounter() ? 2 : 0;
  const statements = inserted.count === 0 ? 0 : statementsFor(changes, inserted.count);
  return { read: statements + 6, written: kept + (statements === 0 ? 0 : statements + 1) };
}

function statementsFor(changes: TableChanges, rows: number): number {
  return rows <= pieceLimit(changes.columns) ? 1 : mostPieces(changes, rows);
}

/**
 * Estimates the cost for rows nothing tells apart. All rows with a given content are deleted, then the final number is
 * written.
 */
function copiesCost(changes: TableChanges, { indexes, rowsBefore }: RowPlace): Amount {
  return sumOf(
    (['delete', 'insert'] as const).map((kind) => {
      let [contents, deleted, inserted] = [0, 0, 0];
      for (const change of changes.rows(kind)) {
        if (change.kind === 'update' || change.copies === undefined) continue;
        contents++;
        deleted += change.copies.from;
        inserted += change.copies.to;
      }
      if (contents === 0) return { read: 0, written: 0 };
      return {
        read: 4 * rowsBefore() + 4 * contents + deleted + inserted,
        written: deleted + inserted * (1 + indexes.length),
      };
    }),
  );
}
