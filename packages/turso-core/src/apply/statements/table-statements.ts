import {
  CHANGE_KINDS,
  type ChangeKind,
  type RowChange,
  type RowPiece,
  type TableChanges,
} from '../../changeset/model';
import { isWithin } from '../../changeset/rows/key-span';
import { joinTerms } from '../../sqlite/join-terms';
import { equalValues, SMALLEST_INTEGER } from '../../sqlite/schema/equal-values';
import { keyOperand, keyTerms } from '../../sqlite/schema/key-terms';
import { keyColumns } from '../../sqlite/schema/schema';
import type { Statement } from '../../sqlite/statement';
import { quoteName } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import { copiesStatements } from './copies-statements';
import { guardChanges } from './guards';
import { refuseTooLarge } from './row-limit';
import { RowBatcher } from './row-batcher';
import { jsonRows, materialized, onRows, type RowSource } from './row-source';
import { columnsToSet, isReplaced, type RowUpdate } from './updates';
import { deleteRow, goOneByOne, isTooWide, wideStatements } from './wide-statements';

/** The statements that change one table's rows, each followed by its guard. All deletes of all tables go first. */
export interface TableStatements {
  readonly deletes: Statement[];
  readonly updates: Statement[];
  readonly inserts: Statement[];
}

/** What of the rows is still to be done. */
export interface RemainingRows {
  /** Whether every row is simply to be written. */
  readonly isEverything: boolean;
  /** Whether the rows that change are known to be as they were, so that their keys are enough to find them. */
  isUntouched(changes: TableChanges): boolean;
  /** What is to be written for a change: itself, something else, or nothing. */
  row(changes: TableChanges, change: RowChange): RowChange | null;
}

/** How statements are made. */
export interface StatementOptions {
  /** Bytes of the largest row that the other side takes. */
  readonly maxRowBytes: number;
  /** What becomes of each statement once it is made; see {@link ValueStore.keep}. */
  readonly keep: (statement: Statement) => Statement;
}

/**
 * Turns one table's changes into set-based statements. A row is only deleted or updated when all of it is as it was: the
 * guard behind each statement counts.
 */
export function tableStatements(
  changes: TableChanges,
  remaining: RemainingRows,
  options: StatementOptions,
): TableStatements {
  if (changes.key.length === 0) return copiesStatements(changes, remaining, options);
  if (isTooWide(changes)) return wideStatements(changes, remaining, options);
  const { columns } = changes;
  const { maxRowBytes, keep } = options;
  const into: TableStatements = { deletes: [], updates: [], inserts: [] };
  const add = (list: keyof TableStatements, statements: readonly Statement[]): void => {
    into[list].push(...statements.map(keep));
  };
  const deletes = new RowBatcher(columns.length, (rows) => add('deletes', deleteRows(changes, rows)));
  const inserts = new RowBatcher(columns.length, (rows) => add('inserts', insertRows(changes, rows)));
  const updates = new UpdateBatcher(changes, (statements) => add('updates', statements));
  // Rows of a table are searched for by deletes and updates alone.
  const oneByOne = goOneByOne(changes);
  const remove = (row: readonly SqlValue[]): void => {
    if (oneByOne) add('deletes', deleteRow(changes, row));
    else deletes.add(row);
  };

  const write = (rows: Iterable<RowChange>): void => {
    for (const meant of rows) {
      const change = remaining.row(changes, meant);
      if (change === null) continue;
      refuseTooLarge(changes, change, maxRowBytes);
      if (change.kind === 'insert') inserts.add(change.new);
      else if (change.kind === 'delete') remove(change.old);
      else if (oneByOne || isReplaced(changes, change)) {
        remove(change.old);
        inserts.add(change.new);
      } else updates.add(change);
    }
  };
  const batcherOf = (kind: ChangeKind, set: readonly number[]): RowBatcher =>
    kind === 'delete' ? deletes : kind === 'insert' ? inserts : updates.setting(set);
  const byKey = remaining.isUntouched(changes);
  for (const kind of CHANGE_KINDS) {
    // Once something is known of single rows, they are looked at one by one.
    const isBulk = remaining.isEverything && (!oneByOne || kind === 'insert');
    const inBulk = isBulk ? changes.bulk(kind, byKey ? 'keys' : 'rows') : null;
    for (const piece of inBulk ?? [{ rows: changes.rows(kind) }]) {
      if (!('text' in piece)) write(piece.rows);
      else if (byKey && kind === 'delete') add('deletes', deleteByKey(changes, piece));
      else if (byKey && kind === 'update') add('updates', updateKnown(changes, piece, changes.key));
      else if (piece.known !== undefined) add('updates', updateKnown(changes, piece, piece.known));
      else batcherOf(kind, piece.set).addText(piece);
    }
  }
  for (const batcher of [deletes, updates, inserts]) batcher.flush();
  return into;
}

/** Collects updates that set the same columns; others of a row are set to the value that they have been guarded to have. */
class UpdateBatcher {
  readonly #changes: TableChanges;
  readonly #add: (statements: readonly Statement[]) => void;
  readonly #batchers = new Map<string, RowBatcher>();

  constructor(changes: TableChanges, add: (statements: readonly Statement[]) => void) {
    this.#changes = changes;
    this.#add = add;
  }

  add(change: RowUpdate): void {
    const set = columnsToSet(this.#changes, change, this.#batchers.size);
    this.setting(set).add([...change.old, ...set.map((i) => change.new[i] as SqlValue)]);
  }

  /** Takes rows of the values before and of those that are set. */
  setting(set: readonly number[]): RowBatcher {
    const shape = set.join();
    let batcher = this.#batchers.get(shape);
    if (batcher === undefined) {
      const width = this.#changes.columns.length + set.length;
      batcher = new RowBatcher(width, (rows) => this.#add(updateRows(this.#changes, set, rows)));
      this.#batchers.set(shape, batcher);
    }
    return batcher;
  }

  flush(): void {
    for (const batcher of this.#batchers.values()) batcher.flush();
  }
}

// The common table expression `r` hides a table of that name, unless the schema's name stands before it.
function target({ table }: TableChanges): string {
  return `main.${quoteName(table.name)}`;
}

function deleteRows(changes: TableChanges, rows: RowSource): Statement[] {
  const { table } = changes;
  const inner = keyColumns(table).map((name) => `t.${quoteName(name)}`);
  const sql = `DELETE FROM ${target(changes)} WHERE ${keyOperand(table)} IN
    (SELECT ${inner.join(',')} FROM r CROSS JOIN ${target(changes)} t WHERE ${isAsBefore(changes)})`;
  return guarded('delete', changes, onRows(rows, sql), rows.count);
}

/** @param known - the columns that `r` has of the rows before, in front of the values that are set. Default is all. */
function updateRows(
  changes: TableChanges,
  set: readonly number[],
  rows: RowSource,
  known?: readonly number[],
): Statement[] {
  const width = known?.length ?? changes.columns.length;
  const assignments = set.map((column, i) => `${quoteName(changes.columns[column] ?? '')} = r.c${width + i}`);
  const sql = `UPDATE OR ABORT ${target(changes)} AS t SET ${assignments.join(', ')}
    FROM r WHERE ${isAsBefore(changes, known)}`;
  return guarded('update', changes, onRows(firstOf(changes, rows), sql), rows.count);
}

function updateKnown(changes: TableChanges, piece: RenderedPiece, known: readonly number[]): Statement[] {
  return updateRows(changes, piece.set, jsonRows(known.length + piece.set.length, piece), known);
}

// SQLite would read the JSON anew for each row of a table that it takes for a small one.
function firstOf({ understated }: TableChanges, rows: RowSource): RowSource {
  return understated === 'small' ? materialized(rows) : rows;
}

type RenderedPiece = Extract<RowPiece, { text: string }>;

function deleteByKey(changes: TableChanges, piece: RenderedPiece): Statement[] {
  const { table } = changes;
  const { count, alone } = piece;
  if (alone !== null) {
    const [first, last] = alone;
    const { sql, args } = isWithin(table, '', { first, holdsFirst: true, last });
    return guarded('delete', changes, { sql: `DELETE FROM ${target(changes)} WHERE ${sql}`, args }, count);
  }
  const columns = keyColumns(table);
  const rows = jsonRows(columns.length, piece);
  const keys = columns.map((_, i) => `c${i}`).join();
  const sql = `DELETE FROM ${target(changes)} WHERE ${keyOperand(table)} IN (SELECT ${keys} FROM r)`;
  return guarded('delete', changes, onRows(rows, sql), count);
}

// OR ABORT: an ON CONFLICT clause of the schema would let rows vanish without a word.
function insertRows(changes: TableChanges, rows: RowSource): Statement[] {
  const names = changes.columns.map(quoteName).join(',');
  const sql = `INSERT OR ABORT INTO ${target(changes)}(${names}) SELECT * FROM r`;
  return guarded('insert', changes, onRows(rows, sql), rows.count);
}

function guarded(kind: ChangeKind, { table }: TableChanges, statement: Statement, rows: number): Statement[] {
  return [{ ...statement, carries: { kind, table: table.name, rows } }, guardChanges(rows)];
}

/**
 * The condition that the row `t` of the table is the one in `r`, and has all its values by storage class and bytes. The
 * unary plus keeps affinities from turning values into others before they are compared; the columns of the key have to do without, to
 * be found by their index. Before the other side, it keeps SQLite from building an index of `r`, and looking at all rows of the
 * table. Only the known columns are looked at, which `r` begins with. Each value of `r` is named as seldom as may be, since naming
 * it extracts it from JSON.
 */
function isAsBefore({ table, columns, key }: TableChanges, known?: readonly number[]): string {
  const places = known ?? columns.map((_, i) => i);
  const sameKey = keyTerms(table, 't.').map((term, i) => `${term} = +r.c${places.indexOf(key[i] ?? 0)}`);
  // A key of which only the letter case or the type changes is still the same key.
  const isFound = (place: number): boolean =>
    key.includes(place) && (!table.withoutRowid || known !== undefined);
  const sameValues = places.flatMap((place, i) => {
    if (isFound(place)) return [];
    const name = columns[place] ?? '';
    const [column, value] = [`t.${quoteName(name)}`, `r.c${i}`];
    const isSame = `+${column} COLLATE BINARY IS +${value}`;
    const equal = equalValues(table, name);
    if (equal === 'none') return [isSame];
    const isSameClass = `typeof(${column}) = typeof(${value})`;
    if (equal === 'smallest') return [isSame, `(${column} IS NOT ${SMALLEST_INTEGER} OR ${isSameClass})`];
    return [isSame, isSameClass, sameSign(column, value)];
  });
  return joinTerms([...sameKey, ...sameValues], 'AND');
}

// 0.0 and -0.0 are equal to SQLite; the angle tells them apart.
function sameSign(a: string, b: string): string {
  return `(${a} IS NOT 0.0 OR atan2(${a}, -1) IS atan2(${b}, -1))`;
}
