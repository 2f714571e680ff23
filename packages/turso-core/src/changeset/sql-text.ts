import { endStatement } from '../local/end-statement';
import { keyTerms } from '../local/key-terms';
import { quoteName, quoteString, quoteValue } from '../local/quote';
import type { SchemaObject } from '../local/schema';
import type { SqlValue } from '../local/values';
import type { Changeset, RowChange, TableChanges } from './model';
import { changesUniqueValue } from './unique';
import { virtualSql } from './virtual-sql';

/**
 * A changeset as SQL for people to read: create, delete, update, insert, one row a statement. The stock `sqlite3` shell
 * applies it to a copy of the baseline and gets the working copy. It guards nothing; a push does not send this text.
 */
export function* changesetSql(changeset: Changeset): Generator<string> {
  const { schema } = changeset;
  const gone = new Set(
    changeset.virtual.flatMap((v) => v.shadows.filter((s) => s.to === null).map((s) => s.name)),
  );
  const tables = changeset.tables.filter((t) => !gone.has(t.table.name));
  const dropped = schema.filter((c) => c.action === 'drop').map((c) => c.object);
  const created = schema.filter((c) => c.action === 'create').map((c) => c.object);
  const isDropped = (o: SchemaObject): boolean => dropped.some((d) => d.type === o.type && d.name === o.name);
  const putAside = changeset.expects.filter((o) => o.type === 'trigger' && !isDropped(o));
  const before = [...putAside, ...dropped.filter((o) => o.type !== 'table')];
  const after = [
    ...created.filter((o) => o.type === 'index' || o.type === 'view'),
    ...putAside,
    ...created.filter((o) => o.type === 'trigger'),
  ];

  const virtual = virtualSql(changeset);
  // Of the others, none is made anew under its old name.
  const isTable = (o: SchemaObject): boolean => o.type === 'table' && !virtual.replaced.has(o.name);
  const isRedefined = (o: SchemaObject): boolean =>
    created.some((c) => c.type === o.type && c.name === o.name);

  yield 'PRAGMA foreign_keys=OFF;\nBEGIN IMMEDIATE;\n';
  yield* section('drop', [...before, ...dropped.filter((o) => isTable(o) && isRedefined(o))].map(dropSql));
  yield* section('replace', virtual.replacements.map(endStatement));
  yield* section('create', created.filter(isTable).map(createSql));
  yield* section('clear', virtual.clearings.map(endStatement));
  yield* section('delete', flatMap(tables, deletes));
  yield* section('drop', dropped.filter((o) => isTable(o) && !isRedefined(o)).map(dropSql));
  yield* section('update', flatMap(tables, updates));
  yield* section('insert', flatMap(tables, inserts));
  yield* section('create', after.filter((o) => o.type !== 'trigger').map(createSql));
  yield* section('index', virtual.commands.map(endStatement));
  yield* section('create', after.filter((o) => o.type === 'trigger').map(createSql));
  yield* section('settings', settings(changeset));
  yield 'COMMIT;\n';
}

function* section(title: string, statements: Iterable<string>): Generator<string> {
  let isFirst = true;
  for (const statement of statements) {
    yield `${isFirst ? `\n-- ${title}\n` : ''}${statement}\n`;
    isFirst = false;
  }
}

function dropSql({ type, name }: SchemaObject): string {
  return `DROP ${type.toUpperCase()} ${quoteName(name)};`;
}

function createSql({ sql }: SchemaObject): string {
  return endStatement(sql);
}

// A value that has to be unique may be handed over from row to row, so such updates are a delete and an insert.
function* deletes(changes: TableChanges): Generator<string> {
  const where = keyCondition(changes);
  const head = `DELETE FROM ${quoteName(changes.table.name)} WHERE `;
  for (const rows of [changes.rows('delete'), replacements(changes)]) {
    for (const change of rows) if (change.kind !== 'insert') yield `${head}${where(change.old)};`;
  }
}

function* updates(changes: TableChanges): Generator<string> {
  const where = keyCondition(changes);
  const names = changes.columns.map(quoteName);
  const head = `UPDATE ${quoteName(changes.table.name)} SET `;
  for (const change of changes.rows('update')) {
    if (change.kind !== 'update' || changesUniqueValue(changes, change.changed)) continue;
    const set = change.changed.map((i) => `${names[i] ?? ''}=${quoteValue(change.new[i] as SqlValue)}`);
    yield `${head}${set.join(', ')} WHERE ${where(change.old)};`;
  }
}

function* inserts(changes: TableChanges): Generator<string> {
  const names = changes.columns.map(quoteName).join(',');
  const head = `INSERT OR ABORT INTO ${quoteName(changes.table.name)}(${names}) VALUES(`;
  const single = (change: RowChange): string =>
    change.kind === 'delete' ? '' : `${head}${change.new.map(quoteValue).join(',')});`;
  for (const piece of changes.bulkInserts('wire') ?? [{ rows: changes.rows('insert') }]) {
    if ('text' in piece) yield manyInserts(changes, piece.text);
    else for (const change of piece.rows) yield single(change);
  }
  for (const change of replacements(changes)) yield single(change);
}

// As they are pushed, a row a line.
function manyInserts({ table, columns }: TableChanges, text: string): string {
  const values = columns.map((_, i) => `value->>${i}`).join(',');
  const into = `${quoteName(table.name)}(${columns.map(quoteName).join(',')})`;
  return `INSERT OR ABORT INTO ${into} SELECT ${values} FROM json_each(${quoteString(`[\n${text}\n]`)});`;
}

function* replacements(changes: TableChanges): Generator<RowChange> {
  for (const change of changes.rows('update')) {
    if (change.kind === 'update' && changesUniqueValue(changes, change.changed)) yield change;
  }
}

function keyCondition({ table, key }: TableChanges): (row: readonly SqlValue[]) => string {
  const names = keyTerms(table).map((term) => `${term}=`);
  return (row) =>
    key.map((place, i) => `${names[i] ?? ''}${quoteValue(row[place] as SqlValue)}`).join(' AND ');
}

function* settings({ sequences, userVersion }: Changeset): Generator<string> {
  for (const { table, to } of sequences) {
    yield `DELETE FROM sqlite_sequence WHERE name=${quoteValue(table)};`;
    if (to !== null)
      yield `INSERT INTO sqlite_sequence(name,seq) VALUES(${quoteValue(table)},${quoteValue(to)});`;
  }
  if (userVersion !== null) yield `PRAGMA user_version=${userVersion.to};`;
}

function* flatMap<T, U>(items: Iterable<T>, map: (item: T) => Iterable<U>): Generator<U> {
  for (const item of items) yield* map(item);
}
