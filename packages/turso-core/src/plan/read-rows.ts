import type { Database } from '../sqlite/files/sqlite';
import { readLines } from '../sqlite/files/read-lines';
import { hasTable } from '../sqlite/schema/has-table';
import { hasHiddenRowid, type Table } from '../sqlite/schema/schema';
import type { SqlValue } from '../sqlite/values/values';
import { INVERSE_KIND, type ChangeKind, type RowChange, type TableChanges } from '../changeset/model';
import { understated, type Understated } from '../changeset/rows/understated';
import { parseRow, unreadable, type TableEntry } from './plan-file';
import { sqlValues } from '../sqlite/values/json-value';
import { bulkUpdates } from './bulk-updates';
import { updateParser, updateReader, type Parser, type WrittenUpdate } from './read-update';

/** One table's rows in a plan's file. */
export interface TableFile {
  readonly file: string;
  readonly entry: TableEntry;
  readonly table: Table;
  readonly key: readonly number[];
  /** The database to complete updates from, if the file has only the changed values of a row. */
  readonly db: Database;
  readonly isInverse: boolean;
  /** Whether updates are guarded by whole rows: in a saved plan, or if the database has other columns. */
  readonly isWhole: boolean;
}

/** Number of updates from which reading them in bulk is worth it. */
const MANY = 1_000;

/** Returns the changed rows of a table. They are read from the file on demand. */
export function readTableChanges(source: TableFile): TableChanges {
  const { file, entry, table, key, isInverse } = source;
  const written = (kind: ChangeKind): ChangeKind => (isInverse ? INVERSE_KIND[kind] : kind);
  return {
    table,
    columns: entry.columns,
    key,
    beforeSchema: entry.beforeSchema,
    understated: understatedIn(source),
    // The changes are applied to this database itself.
    countBefore: (_rows, there) => there,
    count: (kind) => countRows(file, entry, written(kind)),
    bulk(kind, form) {
      // A whole row is compared as a whole.
      const isPlain = kind === 'update' && form === 'rows' && !source.isWhole && !hasHiddenRowid(table);
      if (!isPlain || key.length === 0 || (entry.kinds.get(kind)?.count ?? 0) < MANY) return null;
      const parser = parserOf(source);
      return bulkUpdates(source, updatesOf(source, parser), updateReader(source, parser));
    },
    *rows(kind) {
      const toChange = changeReader(source, kind);
      for (const row of rowsOf(file, entry, written(kind))) yield toChange(row);
    },
  };
}

function understatedIn({ db, table: { name } }: TableFile): Understated | null {
  return hasTable(db, name) ? understated(db, name, { schemas: ['main'], rows: 'main' }) : null;
}

/** Counts the rows of one kind in a file; one line may stand for several. */
export function countRows(file: string, entry: TableEntry, kind: ChangeKind): number {
  const count = entry.kinds.get(kind)?.count ?? 0;
  if (entry.key.length > 0 || count === 0) return count;
  let rows = 0;
  for (const written of rowsOf(file, entry, kind)) {
    const [from, to] = copiesOf(file, written);
    rows += Math.abs(to - from);
  }
  return rows;
}

function* rowsOf(file: string, entry: TableEntry, kind: ChangeKind): Generator {
  const place = entry.kinds.get(kind);
  let left = place?.count ?? 0;
  if (place === undefined || left === 0) return;
  for (const { line } of readLines(file, place.offset)) {
    yield parseRow(file, line);
    if (--left === 0) return;
  }
}

function copiesOf(file: string, written: unknown): readonly [number, number] {
  const copies = (written as { copies?: unknown } | null)?.copies;
  const isPair =
    Array.isArray(copies) && copies.length === 2 && copies.every((n) => Number.isInteger(n) && n >= 0);
  if (!isPair) throw unreadable(file, `this does not count rows: ${JSON.stringify(written).slice(0, 60)}`);
  return copies as [number, number];
}

function* updatesOf(source: TableFile, parser: Parser): Generator<WrittenUpdate> {
  const parse = updateParser(source, parser);
  for (const row of rowsOf(source.file, source.entry, 'update')) yield parse(row);
}

function parserOf({ file, entry }: TableFile): Parser {
  const flaw = (written: unknown): Error =>
    unreadable(file, `this is not a row of "${entry.table}": ${JSON.stringify(written).slice(0, 60)}`);
  const values = (written: unknown, list: unknown, count: number): SqlValue[] => {
    const found = sqlValues(list, count);
    if (found === null) throw flaw(written);
    return found;
  };
  return { values, flaw };
}

function changeReader(source: TableFile, kind: ChangeKind): (written: unknown) => RowChange {
  const { file, entry, key, isInverse } = source;
  const parser = parserOf(source);
  if (kind === 'update') {
    const [parse, toChange] = [updateParser(source, parser), updateReader(source, parser)];
    return (written) => toChange(parse(written));
  }
  return (written) => {
    const isCounted = key.length === 0;
    const [from, to] = isCounted ? copiesOf(file, written) : [0, 0];
    const copies = isCounted ? { copies: isInverse ? { from: to, to: from } : { from, to } } : {};
    const list = isCounted ? (written as { row: unknown }).row : written;
    const row = parser.values(written, list, entry.columns.length);
    return kind === 'delete' ? { kind, old: row, ...copies } : { kind, new: row, ...copies };
  };
}
