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
import { jsonRows, materialized, onRows, queriedRows, type RowSource } from './row-source';
import { columnsToSet, isReplaced, type RowUpdate } from './updates';
import { deleteRow, goOneByOne, isTooWide, wideStatements } from './wide-statements';

/** The statements that change one table's rows, each followed by its guard. All deletes of all tables go first. */
export interface TableStatements {
  readonly deletes: Statement[];
  readonly updates: Statement[];
  readonly inserts: Statement[];
}

/** The remaining work about rows. */
export interface RemainingRows {
  /** Whether every row is simply to be written. */
  readonly isEverything: boolean;
  /** Checks whether the changing rows are known to be untouched. Their keys are then enough to find them. */
  isUntouched(changes: TableChanges): boolean;
  /** Returns the change to write for a change: itself, another one, or null for nothing. */
  row(changes: TableChanges, change: RowChange): RowChange | null;
}

/** Options for building statements. */
export interface StatementOptions {
  /** The size limit of the target's rows, in bytes. */
  readonly maxRowBytes: number;
  /** Whether the target has the two compared databases attached, for rows in the form `files`. Default is false. */
  readonly hasFiles?: boolean;
  /** Takes each finished statement and returns it; see {@link ValueStore.keep}. */
  readonly keep: (statement: Statement) => Statement;
}

/**
 * Turns one table's changes into set-based statements. They delete or update a row only if all of it is unchanged: the
 * guard after each statement counts.
 */
export function tableStatements(
  changes: TableChanges,
  remaining: RemainingRows,
  options: StatementOptions,
): TableStatements {
  if (changes.key.length === 0) return copiesStatements(changes, remaining, options);
  if (isTooWide(changes)) return wideStatements(changes, remaining, options);
  const { columns } = changes;
  const { maxRowBytes, keep, hasFiles = false } = options;
  const into: TableStatements = { deletes: [], updates: [], inserts: [] };
  const add = (list: keyof TableStatements, statements: readonly Statement[]): void => {
    into[list].push(...statements.map(keep));
  };
  const deletes = new RowBatcher(columns.length, (rows) => add('deletes', deleteRows(changes, rows)));
  const inserts = new RowBatcher(columns.length, (rows) => add('inserts', insertRows(changes, rows)));
  const updates = new UpdateBatcher(changes, (statements) => add('updates', statements));
  // Only deletes and updates search for rows of a table.
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
    // With findings about single rows, the rows are processed one by one.
    const isBulk = remaining.isEverything && (!oneByOne || kind === 'insert');
    const inFiles = isBulk && hasFiles ? changes.bulk(kind, 'files') : null;
    const inBulk = inFiles ?? (isBulk ? changes.bulk(kind, byKey ? 'keys' : 'rows') : null);
    for (const piece of inBulk ?? [{ rows: changes.rows(kind) }]) {
      if (!('text' in piece)) write(piece.rows);
      else if (piece.query !== undefined) batcherOf(kind, piece.set).addSource(rowsInFiles(changes, piece));
      else if (byKey && kind === 'delete') add('deletes', deleteByKey(changes, piece));
      else if (byKey && kind === 'update') add('updates', updateKnown(changes, piece, changes.key));
      else if (piece.known !== undefined) add('updates', updateKnown(changes, piece, piece.known));
      else batcherOf(kind, piece.set).addText(piece);
    }
  }
  for (const batcher of [deletes, updates, inserts]) batcher.flush();
  return into;
}

/** Collects updates that set the same columns. A row's other columns in the set get the value already guarded. */
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

  /** Returns the batcher for rows of the old values followed by the values to set. */
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

// The common table expression `r` hides a table of that name, unless the schema's name precedes it.
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

/** @param known - the columns of the old rows in `r`, before the values to set. Default is all. */
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

// SQLite would parse the JSON again for each row of a table that it believes to be small.
function firstOf({ understated }: TableChanges, rows: RowSource): RowSource {
  return understated === 'small' ? materialized(rows) : rows;
}

type RenderedPiece = Extract<RowPiece, { text: string }>;

/** Returns the rows of a piece as its query gives them, before anything is looked up for them. */
function rowsInFiles({ columns }: TableChanges, { query, set, count }: RenderedPiece): RowSource {
  return materialized(queriedRows(columns.length + set.length, query ?? { sql: '', args: [] }, count));
}

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

// OR ABORT: an ON CONFLICT clause of the schema would let rows vanish silently.
function insertRows(changes: TableChanges, rows: RowSource): Statement[] {
  const names = changes.columns.map(quoteName).join(',');
  const sql = `INSERT OR ABORT INTO ${target(changes)}(${names}) SELECT * FROM r`;
  return guarded('insert', changes, onRows(rows, sql), rows.count);
}

function guarded(kind: ChangeKind, { table }: TableChanges, statement: Statement, rows: number): Statement[] {
  return [{ ...statement, carries: { kind, table: table.name, rows } }, guardChanges(rows)];
}

/**
 * Returns the condition that the row `t` of the table is the one in `r`, with the same storage classes and bytes.
 *
 * The unary plus keeps affinities from converting values before the comparison. Key columns have none, because their
 * index must find them. On the side of `r`, the plus keeps SQLite from building an index of `r` and scanning the whole
 * table. Only the known columns are compared; `r` begins with them. Each value of `r` is named as rarely as possible,
 * because each use extracts it from JSON.
 */
function isAsBefore({ table, columns, key }: TableChanges, known?: readonly number[]): string {
  const places = known ?? columns.map((_, i) => i);
  const sameKey = keyTerms(table, 't.').map((term, i) => `${term} = +r.c${places.indexOf(key[i] ?? 0)}`);
  // A key stays the same if only its letter case or type changes.
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

// 0.0 and -0.0 are equal to SQLite; the angle distinguishes them.
function sameSign(a: string, b: string): string {
  return `(${a} IS NOT 0.0 OR atan2(${a}, -1) IS atan2(${b}, -1))`;
}
