import type { ChangeKind, RowChange, TableChanges } from '../changeset/model';
import { changesUniqueValue } from '../changeset/unique';
import { quoteName } from '../local/quote';
import type { Statement } from '../local/statement';
import type { SqlValue } from '../local/values';
import { guardChanges } from './guards';
import { RowBatcher, type RowSource } from './row-source';

/** The statements that change one table's rows, each followed by its guard. All deletes of all tables go first. */
export interface TableStatements {
  readonly deletes: Statement[];
  readonly updates: Statement[];
  readonly inserts: Statement[];
}

/** What is to be done about a row: nothing where it is there already, or an insert under a rowid of the other's choice. */
export type RowAction = 'write' | 'skip' | 'new-rowid';

/**
 * Turns one table's changes into set-based statements. A row is only deleted or updated when all of it is as it was: the
 * guard behind each statement counts.
 */
export function tableStatements(
  changes: TableChanges,
  action: (changes: TableChanges, change: RowChange) => RowAction,
): TableStatements {
  const { columns } = changes;
  const into: TableStatements = { deletes: [], updates: [], inserts: [] };
  const deletes = new RowBatcher(columns.length, (rows) => into.deletes.push(...deleteRows(changes, rows)));
  const inserts = new RowBatcher(columns.length, (rows) =>
    into.inserts.push(...insertRows(changes, columns, rows)),
  );
  const updates = new UpdateBatcher(changes, into.updates);
  const appended = columns.slice(1);
  const appends = new RowBatcher(appended.length, (rows) =>
    into.inserts.push(...insertRows(changes, appended, rows)),
  );

  for (const kind of ['delete', 'update', 'insert'] as const) {
    for (const change of changes.rows(kind)) {
      const how = action(changes, change);
      if (how === 'skip') continue;
      if (how === 'new-rowid' && change.kind === 'insert') appends.add(change.new.slice(1));
      else if (change.kind === 'insert') inserts.add(change.new);
      else if (change.kind === 'delete') deletes.add(change.old);
      else if (changesUniqueValue(changes, change.changed)) {
        deletes.add(change.old);
        inserts.add(change.new);
      } else updates.add(change);
    }
  }
  for (const batcher of [deletes, updates, inserts, appends]) batcher.flush();
  return into;
}

/** Collects updates that set the same columns; others of a row are set to the value that they have been guarded to have. */
class UpdateBatcher {
  readonly #changes: TableChanges;
  readonly #statements: Statement[];
  readonly #batchers = new Map<string, RowBatcher>();

  constructor(changes: TableChanges, statements: Statement[]) {
    this.#changes = changes;
    this.#statements = statements;
  }

  add(change: Extract<RowChange, { kind: 'update' }>): void {
    const set = this.#batchers.size < MANY_SHAPES ? change.changed : this.#changes.columns.map((_, i) => i);
    const shape = set.join();
    let batcher = this.#batchers.get(shape);
    if (batcher === undefined) {
      const width = change.old.length + set.length;
      batcher = new RowBatcher(width, (rows) =>
        this.#statements.push(...updateRows(this.#changes, set, rows)),
      );
      this.#batchers.set(shape, batcher);
    }
    batcher.add([...change.old, ...set.map((i) => change.new[i] as SqlValue)]);
  }

  flush(): void {
    for (const batcher of this.#batchers.values()) batcher.flush();
  }
}

/** Sets of changed columns that get statements of their own, before all further rows set all columns. */
const MANY_SHAPES = 16;

function deleteRows(changes: TableChanges, rows: RowSource): Statement[] {
  const table = quoteName(changes.table.name);
  const key = keyNames(changes);
  const inner = key.map((k) => `t.${k}`).join(',');
  const sql = `${rows.sql} DELETE FROM ${table} WHERE (${key.join(',')}) IN
    (SELECT ${inner} FROM r CROSS JOIN ${table} t WHERE ${isAsBefore(changes, 't')})`;
  return guarded('delete', changes, rows, sql);
}

function updateRows(changes: TableChanges, set: readonly number[], rows: RowSource): Statement[] {
  const { columns, table } = changes;
  const name = quoteName(table.name);
  const assignments = set.map(
    (column, i) => `${quoteName(columns[column] ?? '')} = r.c${columns.length + i}`,
  );
  const sql = `${rows.sql} UPDATE OR ABORT ${name} SET ${assignments.join(', ')} FROM r WHERE ${isAsBefore(changes, name)}`;
  return guarded('update', changes, rows, sql);
}

// OR ABORT: an ON CONFLICT clause of the schema would let rows vanish without a word.
function insertRows(changes: TableChanges, columns: readonly string[], rows: RowSource): Statement[] {
  const sql = `${rows.sql} INSERT OR ABORT INTO ${quoteName(changes.table.name)}(${columns.map(quoteName).join(',')}) SELECT * FROM r`;
  return guarded('insert', changes, rows, sql);
}

function guarded(
  kind: ChangeKind,
  { table }: TableChanges,
  { args, count }: RowSource,
  sql: string,
): Statement[] {
  return [{ sql, args, batch: { kind, table: table.name, rows: count } }, guardChanges(count)];
}

/** The condition that a row of the table is the one in `r`, and has all its values by storage class and bytes. */
function isAsBefore({ columns, key }: TableChanges, table: string): string {
  const sameKey = key.map((i) => `${table}.${quoteName(columns[i] ?? '')} = r.c${i}`);
  const sameValues = columns.flatMap((name, i) => {
    const column = `${table}.${quoteName(name)}`;
    return [`${column} COLLATE BINARY IS r.c${i}`, `typeof(${column}) = typeof(r.c${i})`];
  });
  return [...sameKey, ...sameValues].join(' AND ');
}

function keyNames({ columns, key }: TableChanges): string[] {
  return key.map((i) => quoteName(columns[i] ?? ''));
}
