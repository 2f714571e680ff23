import { quoteName, quoteValue } from '../local/quote';
import type { SchemaObject } from '../local/schema';
import type { SqlValue } from '../local/values';
import type { Changeset, RowChange, TableChanges } from './model';
import { changesUniqueValue } from './unique';

/**
 * A changeset as SQL for people to read: create, delete, update, insert, one row a statement. The stock `sqlite3` shell
 * applies it to a copy of the baseline and gets the working copy. It guards nothing; a push does not send this text.
 */
export function* changesetSql(changeset: Changeset): Generator<string> {
  const { schema, tables } = changeset;
  const dropped = schema.filter((c) => c.action === 'drop').map((c) => c.object);
  const created = schema.filter((c) => c.action === 'create').map((c) => c.object);
  const isDropped = (o: SchemaObject): boolean => dropped.some((d) => d.type === o.type && d.name === o.name);
  const putAside = changeset.expects.filter((o) => o.type === 'trigger' && !isDropped(o));
  const before = [...dropped.filter((o) => o.type !== 'table'), ...putAside];
  const after = [...created.filter((o) => o.type !== 'table'), ...putAside];

  yield 'PRAGMA foreign_keys=OFF;\nBEGIN IMMEDIATE;\n';
  yield* section('drop', before.map(dropSql));
  yield* section('create', created.filter((o) => o.type === 'table').map(createSql));
  yield* section('delete', flatMap(tables, deletes));
  yield* section('drop', dropped.filter((o) => o.type === 'table').map(dropSql));
  yield* section('update', flatMap(tables, updates));
  yield* section('insert', flatMap(tables, inserts));
  yield* section('create', after.map(createSql));
  yield* section('settings', settings(changeset));
  yield 'COMMIT;\n';
}

function* section(title: string, statements: Iterable<string>): Generator<string> {
  let isFirst = true;
  for (const statement of statements) {
    yield isFirst ? `\n-- ${title}\n${statement};\n` : `${statement};\n`;
    isFirst = false;
  }
}

function dropSql({ type, name }: SchemaObject): string {
  return `DROP ${type.toUpperCase()} ${quoteName(name)}`;
}

function createSql({ sql }: SchemaObject): string {
  return sql;
}

// A value that has to be unique may be handed over from row to row, so such updates are a delete and an insert.
function* deletes(changes: TableChanges): Generator<string> {
  for (const change of changes.rows('delete')) yield deleteSql(changes, change);
  for (const change of replacements(changes)) yield deleteSql(changes, change);
}

function* updates(changes: TableChanges): Generator<string> {
  const { table, columns } = changes;
  for (const change of changes.rows('update')) {
    if (change.kind !== 'update' || changesUniqueValue(changes, change.changed)) continue;
    const set = change.changed.map(
      (i) => `${quoteName(columns[i] ?? '')}=${quoteValue(change.new[i] as SqlValue)}`,
    );
    yield `UPDATE ${quoteName(table.name)} SET ${set.join(', ')} WHERE ${whereKey(changes, change.old)}`;
  }
}

function* inserts(changes: TableChanges): Generator<string> {
  for (const change of changes.rows('insert')) yield insertSql(changes, change);
  for (const change of replacements(changes)) yield insertSql(changes, change);
}

function* replacements(changes: TableChanges): Generator<RowChange> {
  for (const change of changes.rows('update')) {
    if (change.kind === 'update' && changesUniqueValue(changes, change.changed)) yield change;
  }
}

function deleteSql(changes: TableChanges, change: RowChange): string {
  const row = change.kind === 'insert' ? change.new : change.old;
  return `DELETE FROM ${quoteName(changes.table.name)} WHERE ${whereKey(changes, row)}`;
}

function insertSql({ table, columns }: TableChanges, change: RowChange): string {
  const row = change.kind === 'delete' ? change.old : change.new;
  const names = columns.map(quoteName).join(',');
  return `INSERT OR ABORT INTO ${quoteName(table.name)}(${names}) VALUES(${row.map(quoteValue).join(',')})`;
}

function whereKey({ columns, key }: TableChanges, row: readonly SqlValue[]): string {
  return key.map((i) => `${quoteName(columns[i] ?? '')}=${quoteValue(row[i] as SqlValue)}`).join(' AND ');
}

function* settings({ sequences, userVersion }: Changeset): Generator<string> {
  for (const { table, to } of sequences) {
    yield `DELETE FROM sqlite_sequence WHERE name=${quoteValue(table)}`;
    if (to !== null) yield `INSERT INTO sqlite_sequence(name,seq) VALUES(${quoteValue(table)},${to})`;
  }
  if (userVersion !== null) yield `PRAGMA user_version=${userVersion.to}`;
}

function* flatMap<T, U>(items: Iterable<T>, map: (item: T) => Iterable<U>): Generator<U> {
  for (const item of items) yield* map(item);
}
