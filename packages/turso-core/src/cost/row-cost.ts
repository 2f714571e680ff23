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
import { isTouched, type IndexFacts } from './table-indexes';

/** Where the rows of a table are written. */
export interface RowPlace {
  /** What is done to its rows; null if nothing tells these apart. */
  readonly work: ChangedRows | null;
  /** The database as it becomes. */
  readonly after: Database;
  /** The indexes that the table has while its rows are written. */
  readonly indexes: readonly IndexFacts[];
  /** Whether the table had an AUTOINCREMENT counter. */
  readonly hasCounter: () => boolean;
  /** How many rows the table had. */
  readonly rowsBefore: () => number;
}

/**
 * What the statements that write the rows of one table cost. A server counts each row of a table and each entry of an index
 * that it writes, and each step to a row: of the JSON text, of the table, and of what it holds meanwhile.
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
    // Each statement has a guard behind it.
    ...[deleted, inserted.count, ...updated.map(({ count }) => count)].map((count) => ({
      read: count === 0 ? 0 : statementsFor(changes, count),
      written: 0,
    })),
  ]);
}

/** Steps for each row of a source of so many columns, besides the usual ones. */
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
  // By a key with other collations than its columns, SQLite looks at all rows. If they only differ from each other, it looks at the rows that
  // share a first column, and reads what is deleted twice.
  return Math.max(found, rowsBefore() + deleted * (3 + more) * (isOwn ? 2 : 1));
}

function insertCost(changes: TableChanges, rows: WrittenRows, place: RowPlace): Amount {
  const { table } = changes;
  if (table.kind === 'virtual') return { read: rows.count, written: rows.count };
  const once = {
    read: rows.count * ((table.withoutRowid ? 1 : 2) + takingOut(changes.columns.length)),
    written: rows.count + entries(changes, rows, place, place.indexes),
  };
  // The hidden rowid of a row of about 2,000 columns is set afterwards.
  const isSetAfterwards = isTooWide(changes) && hasHiddenRowid(table);
  return isSetAfterwards ? { read: once.read * 3, written: once.written * 2 } : once;
}

/** The entries that rows get in indexes. Of a partial one, the rows are asked one by one if they are few. */
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

/** What it costs to keep the counter of an AUTOINCREMENT table: each statement that inserts writes it. */
function counterCost(changes: TableChanges, { inserted }: ChangedRows, { hasCounter }: RowPlace): Amount {
  if (!isCounted(changes.table) || changes.beforeSchema) return { read: 0, written: 0 };
  const kept = hasCounter() ? 2 : 0;
  const statements = inserted.count === 0 ? 0 : statementsFor(changes, inserted.count);
  return { read: statements + 6, written: kept + (statements === 0 ? 0 : statements + 1) };
}

/** Pieces that are begun for ranges of rowids that are far apart, and for rows that do not go as JSON. */
const MORE_PIECES = 20;

function statementsFor({ columns }: TableChanges, rows: number): number {
  const pieces = Math.ceil(rows / pieceLimit(columns));
  return pieces === 1 ? 1 : pieces + MORE_PIECES;
}

/** Rows that nothing tells apart: all of a content are deleted, and as many written as there are to be. */
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
