import type { Database } from '../../sqlite/files/sqlite';
import { keyTerms } from '../../sqlite/schema/key-terms';
import { keyColumns, type Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';

/** The updates of a table. */
interface Updates {
  readonly db: Database;
  readonly table: Table;
  /** The name under which the older rows are attached. */
  readonly older: string;
  /** Their `FROM` clause, open for another condition. The older row is `o`, the newer one `n`. */
  readonly from: string;
  /** The columns that they change. */
  readonly set: readonly string[];
}

/**
 * Checks whether any updated row gets a unique value that another row had. If none does, updates work in any order:
 * meanwhile no other row has the new value. True if that is unknown.
 */
export function mayHandOver({ db, table, older, from, set }: Updates): boolean {
  if (table.uniqueColumns.has('*') || set.some((name) => keyColumns(table).includes(name))) return true;
  const [before, after] = [uniqueIndexes(db, older, table.name), uniqueIndexes(db, 'main', table.name)];
  const isTouched = (columns: readonly IndexedColumn[]): boolean => columns.some((c) => set.includes(c.name));
  return [...after].some(([index, columns]) => {
    if (!isTouched(columns)) return false;
    // A new or changed index is created after these changes, so it cannot help here.
    if (JSON.stringify(before.get(index)) !== JSON.stringify(columns)) return true;
    const isTaken = columns.map(({ name, collation }) => {
      const column = quoteName(name);
      return `x.${column} COLLATE ${quoteName(collation)} = n.${column}`;
    });
    const isItself = keyTerms(table, 'x.').map((term, i) => `${term} = ${keyTerms(table, 'o.')[i] ?? ''}`);
    const taken = `SELECT 1 ${from} AND EXISTS (SELECT 1 FROM ${older}.${quoteName(table.name)} AS x INDEXED BY ${quoteName(index)}
      WHERE ${isTaken.join(' AND ')} AND NOT (${isItself.join(' AND ')}))`;
    return db.prepare(taken).get() !== undefined;
  });
}

interface IndexedColumn {
  readonly name: string;
  readonly collation: string;
}

/** Returns the columns of a table's unique indexes. Leaves out the index with the rows of a WITHOUT ROWID table. */
function uniqueIndexes(db: Database, schema: string, table: string): Map<string, IndexedColumn[]> {
  const rows = db
    .prepare(
      `SELECT l.name AS "index", x.name, x.coll AS collation
       FROM temp.pragma_index_list(?, ?) l, temp.pragma_index_xinfo(l.name, ?) x WHERE l."unique" = 1 AND x.key = 1
       ORDER BY l.name, x.seqno`,
    )
    .all(table, schema, schema) as (IndexedColumn & { index: string })[];
  const indexes = new Map<string, IndexedColumn[]>();
  for (const { index, name, collation } of rows)
    indexes.set(index, [...(indexes.get(index) ?? []), { name, collation }]);
  return indexes;
}
