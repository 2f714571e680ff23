import { TursoSyncError } from '../errors';
import type { RowChange, TableChanges } from '../changeset/model';
import { exactProjection, exactRow } from '../local/exact-projection';
import { quoteName, quoteValue } from '../local/quote';
import { sameRow, sameValue, type Encoding, type SqlValue } from '../local/values';
import type { Query } from '../remote/remote';
import type { Conflict, ConflictKind, ConflictRow } from './conflict';
import { RowBatcher } from './row-source';
import type { RowAction } from './table-statements';

/** What is to be done about a row that is not simply to be written. */
export type RowDecision = Exclude<RowAction, 'write'>;

/** Rows looked up at once. */
const LOOKUP = 500;

/**
 * Reads the rows of the other side that a table's changes are about. A row that is as it was is still to be written, one
 * that already has the new values is done, and any other is a conflict.
 *
 * @param decide - told of every row that is not simply to be written, by its {@link rowIdentity}.
 */
export async function inspectRows(
  query: Query,
  changes: TableChanges,
  encoding: Encoding,
  decide: (identity: string, decision: RowDecision) => void,
): Promise<Conflict[]> {
  const conflicts: Conflict[] = [];
  for (const kind of ['delete', 'update', 'insert'] as const) {
    for (const piece of pieces(changes.rows(kind), LOOKUP)) {
      const theirs = await lookUp(query, changes, piece, encoding);
      for (const change of piece) {
        const verdict = judge(changes, change, theirs.get(rowIdentity(changes, change)));
        if (verdict === 'write') continue;
        if (typeof verdict === 'string') decide(rowIdentity(changes, change), verdict);
        else conflicts.push(verdict);
      }
    }
  }
  return conflicts;
}

/** A row's table and key as one text. */
export function rowIdentity(changes: TableChanges, change: RowChange): string {
  return identityOf(changes, change.kind === 'insert' ? change.new : change.old);
}

function identityOf({ table, key }: TableChanges, row: readonly SqlValue[]): string {
  return [table.name, ...key.map((i) => quoteValue(row[i] as SqlValue))].join('\u0000');
}

function judge(
  changes: TableChanges,
  change: RowChange,
  theirs: readonly SqlValue[] | undefined,
): 'write' | RowDecision | Conflict {
  const old = change.kind === 'insert' ? undefined : change.old;
  const now = change.kind === 'delete' ? undefined : change.new;
  if (isSame(theirs, old)) return 'write';
  if (isSame(theirs, now)) return 'skip';
  // Under a hidden rowid, which nobody chose, both sides have added a row.
  if (change.kind === 'insert' && changes.table.kind === 'rowid' && changes.table.rowidAlias === null)
    return 'new-rowid';
  return rowConflict(changes, old, now, theirs);
}

function isSame(a: readonly SqlValue[] | undefined, b: readonly SqlValue[] | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameRow(a, b);
}

function rowConflict(
  changes: TableChanges,
  old: readonly SqlValue[] | undefined,
  local: readonly SqlValue[] | undefined,
  remote: readonly SqlValue[] | undefined,
): Conflict {
  const kind: ConflictKind =
    old === undefined
      ? 'insert/insert'
      : local === undefined
        ? 'delete/update'
        : remote === undefined
          ? 'update/delete'
          : 'update/update';
  const { columns, key, table } = changes;
  const moved = (row: readonly SqlValue[] | undefined, i: number): boolean =>
    row !== undefined && !(old !== undefined && sameValue(row[i] as SqlValue, old[i] as SqlValue));
  const either = columns.filter((_, i) => !key.includes(i) && (moved(local, i) || moved(remote, i)));
  const both = columns.filter((_, i) => !key.includes(i) && moved(local, i) && moved(remote, i));
  return {
    kind,
    table: table.name,
    key: asObject(
      key.map((i) => columns[i] ?? ''),
      key.map((i) => (local ?? old)?.[i] ?? null),
    ),
    columns: both.length > 0 ? both : either,
    old: old === undefined ? null : asObject(columns, old),
    local: local === undefined ? null : asObject(columns, local),
    remote: remote === undefined ? null : asObject(columns, remote),
    message: MESSAGES[kind] ?? '',
  };
}

const MESSAGES: Partial<Record<ConflictKind, string>> = {
  'update/update': 'Both sides changed this row.',
  'update/delete': 'You changed this row, and it was deleted on the remote.',
  'delete/update': 'You deleted this row, and it was changed on the remote.',
  'insert/insert': 'Both sides added a row with this key.',
};

function asObject(columns: readonly string[], row: readonly SqlValue[]): ConflictRow {
  return Object.fromEntries(columns.map((column, i) => [column, row[i] as SqlValue]));
}

/** The other side's rows with the keys of these changes, by identity. */
async function lookUp(
  query: Query,
  changes: TableChanges,
  piece: readonly RowChange[],
  encoding: Encoding,
): Promise<Map<string, SqlValue[]>> {
  const { columns, key, table } = changes;
  const queries: { sql: string; args: readonly SqlValue[] }[] = [];
  const batcher = new RowBatcher(key.length, ({ sql, args }) => {
    const on = key.map((column, i) => `t.${quoteName(columns[column] ?? '')} = r.c${i}`).join(' AND ');
    const list = exactProjection(columns.map((name) => `t.${quoteName(name)}`));
    queries.push({
      sql: `${sql} SELECT ${list} FROM r CROSS JOIN ${quoteName(table.name)} t ON ${on}`,
      args,
    });
  });
  for (const change of piece) {
    const row = change.kind === 'insert' ? change.new : change.old;
    batcher.add(key.map((i) => row[i] as SqlValue));
  }
  batcher.flush();
  const found = new Map<string, SqlValue[]>();
  try {
    for (const { sql, args } of queries) {
      for (const row of await query(sql, args)) {
        const exact = exactRow(row, encoding);
        found.set(identityOf(changes, exact), exact);
      }
    }
    return found;
  } catch (error) {
    if (!(error instanceof TursoSyncError && error.code === 'RESPONSE_TOO_LARGE') || piece.length === 1)
      throw error;
    const middle = Math.ceil(piece.length / 2);
    const [left, right] = [
      await lookUp(query, changes, piece.slice(0, middle), encoding),
      await lookUp(query, changes, piece.slice(middle), encoding),
    ];
    return new Map([...left, ...right]);
  }
}

function* pieces<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let piece: T[] = [];
  for (const item of items) {
    piece.push(item);
    if (piece.length < size) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}
