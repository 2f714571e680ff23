import { endStatement } from '../../sqlite/schema/end-statement';
import { isCounted } from '../../sqlite/schema/is-counted';
import { keyTerms } from '../../sqlite/schema/key-terms';
import type { SchemaObject } from '../../sqlite/schema/schema';
import { quoteName, quoteString, quoteValue, quoteValues } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import type { Changeset, ChangeKind, RowChange, RowPiece, TableChanges } from '../model';
import { isBetween } from '../rows/key-span';
import { valuesInJson, type RowsInJson } from '../rows/row-blobs';
import { changesUniqueValue } from '../rows/unique';
import { keepCounter, restoreCounter } from '../schema/counters';
import { dropSql } from '../schema/drop-sql';
import { tablesGoing } from '../schema/tables-going';
import { deletedCopies, insertedCopies } from './copies-sql';
import { virtualSql } from './virtual-sql';

/**
 * Renders a changeset as SQL for people to read: drop, alter, create, delete, update, insert, one row a statement. The
 * stock `sqlite3` shell applies it to a copy of the base and gets the working copy. It has no guards, and a push does
 * not send this text.
 */
export function* changesetSql(changeset: Changeset): Generator<string> {
  const { schema } = changeset;
  const gone = new Set(
    changeset.virtual.flatMap((v) => v.shadows.filter((s) => s.to === null).map((s) => s.name)),
  );
  const tables = changeset.tables.filter((t) => !gone.has(t.table.name));
  const [early, late] = [tables.filter((t) => t.beforeSchema), tables.filter((t) => !t.beforeSchema)];
  const dropped = schema.filter((c) => c.action === 'drop').map((c) => c.object);
  const altered = schema.filter((c) => c.action === 'alter');
  const created = schema.filter((c) => c.action === 'create').map((c) => c.object);
  const isDropped = (o: SchemaObject): boolean => dropped.some((d) => d.type === o.type && d.name === o.name);
  const putAside = changeset.expects.filter((o) => o.type === 'trigger' && !isDropped(o));
  const going = new Set(tablesGoing(schema));
  const lost = changeset.expects.filter((o) => o.type === 'index' && going.has(o.table) && !isDropped(o));
  const virtual = virtualSql(changeset);
  const isTable = (o: SchemaObject): boolean => o.type === 'table' && !virtual.replaced.has(o.name);
  const made = created.filter((o) => o.type === 'index' || o.type === 'view');

  const counted = late.filter((t) => keepsCounter(t, changeset)).map((t) => t.table.name);

  yield 'PRAGMA foreign_keys=OFF;\nBEGIN IMMEDIATE;\n';
  yield* section('drop', [...putAside, ...dropped.filter((o) => o.type !== 'table')].map(drop));
  yield* section(
    'replace',
    virtual.replacements.map(({ sql }) => endStatement(sql)),
  );
  yield* section('delete', flatMap(early, deletes));
  yield* section('drop', dropped.filter(isTable).map(drop));
  yield* section('alter', altered.flatMap((c) => c.statements).map(endStatement));
  yield* section('create', created.filter(isTable).map(createSql));
  yield* section(
    'clear',
    virtual.clearings.map(({ sql }) => endStatement(sql)),
  );
  yield* section('keep counters', counted.map(keepCounter).map(endStatement));
  yield* section('delete', flatMap(late, deletes));
  yield* section('update', flatMap(late, updates));
  yield* section('insert', flatMap(late, inserts));
  yield* section('create', [...lost, ...made].map(createSql));
  yield* section(
    'index',
    virtual.commands.map(({ sql }) => endStatement(sql)),
  );
  yield* section('create', [...putAside, ...created.filter((o) => o.type === 'trigger')].map(createSql));
  yield* section('settings', [...counted.flatMap(restoreCounter).map(endStatement), ...settings(changeset)]);
  yield 'COMMIT;\n';
}

// A changed counter is set at the end, whatever the rows have done to it.
function keepsCounter(changes: TableChanges, { sequences }: Changeset): boolean {
  const isSet = sequences.some(({ table }) => table === changes.table.name);
  return !isSet && isCounted(changes.table) && changes.count('insert') + changes.count('update') > 0;
}

function* section(title: string, statements: Iterable<string>): Generator<string> {
  let isFirst = true;
  for (const statement of statements) {
    yield `${isFirst ? `\n-- ${title}\n` : ''}${statement}\n`;
    isFirst = false;
  }
}

function drop(object: SchemaObject): string {
  return `${dropSql(object)};`;
}

function createSql({ sql }: SchemaObject): string {
  return endStatement(sql);
}

// A unique value may pass from row to row, so such updates are a delete and an insert.
function* deletes(changes: TableChanges): Generator<string> {
  if (changes.key.length === 0) {
    yield* deletedCopies(changes);
    return;
  }
  const { table } = changes;
  const where = keyCondition(changes);
  const single = (row: readonly SqlValue[]): string =>
    `DELETE FROM ${quoteName(table.name)} WHERE ${where(row)};`;
  for (const piece of pieces(changes, 'delete')) {
    if ('text' in piece && piece.alone !== null) {
      yield `DELETE FROM ${quoteName(table.name)} WHERE ${isBetween(table, ...piece.alone)};`;
    } else if ('text' in piece) {
      const keys = valuesIn(piece, changes.key.length, 'value').join(',');
      yield `DELETE FROM ${quoteName(table.name)} WHERE (${keyTerms(table).join(',')}) IN (SELECT ${keys} FROM ${rowsIn(piece)});`;
    } else for (const change of piece.rows) if (change.kind === 'delete') yield single(change.old);
  }
  for (const change of replacements(changes)) if (change.kind === 'update') yield single(change.old);
}

function* updates(changes: TableChanges): Generator<string> {
  const { table, columns } = changes;
  const where = keyCondition(changes);
  const names = columns.map(quoteName);
  const head = `UPDATE ${quoteName(table.name)}`;
  for (const piece of pieces(changes, 'update')) {
    if ('text' in piece) {
      const values = valuesIn(piece, changes.key.length + piece.set.length, 'r.value');
      const set = piece.set.map(
        (column, i) => `${names[column] ?? ''}=${values[changes.key.length + i] ?? ''}`,
      );
      const isSame = keyTerms(table, 't.').map((term, i) => `${term}=${values[i] ?? ''}`);
      yield `${head} AS t SET ${set.join(', ')} FROM ${rowsIn(piece)} AS r WHERE ${isSame.join(' AND ')};`;
      continue;
    }
    for (const change of piece.rows) {
      if (change.kind !== 'update' || changesUniqueValue(changes, change.changed)) continue;
      const set = change.changed.map((i) => `${names[i] ?? ''}=${quoteValue(change.new[i] as SqlValue)}`);
      yield `${head} SET ${set.join(', ')} WHERE ${where(change.old)};`;
    }
  }
}

function* inserts(changes: TableChanges): Generator<string> {
  if (changes.key.length === 0) {
    yield* insertedCopies(changes);
    return;
  }
  const { table, columns } = changes;
  const head = `INSERT OR ABORT INTO ${quoteName(table.name)}(${columns.map(quoteName).join(',')})`;
  const single = (change: RowChange): string =>
    change.kind === 'delete' ? '' : `${head} VALUES(${quoteValues(change.new)});`;
  for (const piece of pieces(changes, 'insert')) {
    if ('text' in piece) {
      const values = valuesIn(piece, columns.length, 'value');
      yield `${head} SELECT ${values.join(',')} FROM ${rowsIn(piece)};`;
    } else for (const change of piece.rows) yield single(change);
  }
  for (const change of replacements(changes)) yield single(change);
}

// For many rows, the SQL has only their keys and new values, a row a line.
function pieces(changes: TableChanges, kind: ChangeKind, form: 'keys' | 'outline' = 'keys'): Iterable<Piece> {
  return changes.bulk(kind, form) ?? [{ rows: changes.rows(kind) }];
}

type Piece = Extract<RowPiece, { text: string }> | Pick<Extract<RowPiece, { rows: unknown }>, 'rows'>;

function rowsIn({ text }: RowsInJson): string {
  return `json_each(${quoteString(`[\n${text}\n]`)})`;
}

function valuesIn({ blobs }: RowsInJson, width: number, row: string): string[] {
  const beside = blobs ?? { columns: [], bytes: [] };
  return valuesInJson(width, beside, { row, bytes: beside.bytes.map(quoteValue) });
}

function* replacements(changes: TableChanges): Generator<RowChange> {
  for (const piece of pieces(changes, 'update', 'outline')) {
    if ('text' in piece) continue;
    for (const change of piece.rows)
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
