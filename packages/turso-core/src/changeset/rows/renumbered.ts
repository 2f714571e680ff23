import { createHash } from 'node:crypto';
import type { Database } from '../../sqlite/files/sqlite';
import { contentKey } from '../../sqlite/schema/content-key';
import { declaredKey, type Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import { sameValue, type Encoding, type SqlValue } from '../../sqlite/values/values';
import { BEFORE } from '../attached';
import { CHANGE_KINDS, type ChangeKind, type RowChange, type TableChanges } from '../model';
import { align, type AlignedRow, type Alignment } from './align';
import type { KeyedChanges } from './replaced';
import { changedFrom } from './row-queries';
import { rowReader } from './row-reader';

/** At least one row in this many must have another rowid before a check for renumbering. */
const SHARE = 1000;

/**
 * The fewest changes that this must save. For fewer, the changes are carried as they are, so both sides keep equal
 * rowids.
 */
const WORTH = 100;

/**
 * Corrects the changes of a table for renumbered hidden rowids. VACUUM or a restored dump renumbers rows without
 * changing them. Such a row keeps its old rowid, known to the other side. Rows are matched by their declared key, or
 * else by their content and order.
 *
 * @param byRowid - the changes if rows are paired by their rowid.
 * @param older - the name under which the older rows are attached.
 */
export function exceptRenumbered(
  compared: Pick<Comparison, 'db' | 'table' | 'encoding'>,
  byRowid: Comparison['byRowid'],
  older = BEFORE,
): TableChanges {
  let known: TableChanges | undefined;
  const changes = (): TableChanges => (known ??= renumbered({ ...compared, byRowid, older }) ?? byRowid);
  return {
    ...byRowid,
    rows: (kind) => changes().rows(kind),
    count: (kind) => changes().count(kind),
    bulk: (kind, form) => changes().bulk(kind, form),
    isRenumbered: () => changes() !== byRowid,
  };
}

interface Comparison {
  readonly db: Database;
  readonly table: Table;
  readonly encoding: Encoding;
  readonly byRowid: TableChanges & Partial<Pick<KeyedChanges, 'countMoved'>>;
  readonly older: string;
}

function renumbered(comparison: Comparison): TableChanges | null {
  const { db, table, byRowid, older } = comparison;
  const countAll = (): number => CHANGE_KINDS.reduce((sum, kind) => sum + byRowid.count(kind), 0);
  const differing = byRowid.countMoved?.() ?? countAll();
  if (differing < WORTH) return null;
  const size = db
    .prepare(`SELECT count(*) FROM ${older}.${quoteName(table.name)}`)
    .pluck()
    .get() as number;
  if (differing * SHARE < size || cannotHaveMoved(comparison)) return null;
  const [before, after] = [readSide(db, table, older), readSide(db, table, 'main')];
  const alignment = align(before.rows, after.rows, declaredKey(table).length > 0);
  if (alignment === null || !isRenumbering(alignment, before.rowids, after.rowids)) return null;
  const { updates, deletes, inserts } = alignment;
  if (countAll() - updates.length - deletes.length - inserts.length < WORTH) return null;
  return changesOf(comparison, alignment, [before.rowids, after.rowids]);
}

/**
 * Checks whether clearly no row has moved, without reading all rows. A moved row is gone from one rowid, new at
 * another, and equal in each column.
 */
function cannotHaveMoved({ db, table, byRowid, older }: Comparison): boolean {
  if (declaredKey(table).length > 0) return false;
  const [gone, changed, added] = CHANGE_KINDS.map((kind) => byRowid.count(kind)) as [number, number, number];
  if (gone + changed === 0 || changed + added === 0) return true;
  const set = [...(byRowid.bulk('update', 'outline') ?? [])].at(-1)?.set ?? [];
  const from = changedFrom({ table, presence: 'both', columns: byRowid.columns, older });
  return set.some((i) => {
    const column = quoteName(byRowid.columns[i] ?? '');
    const values = (side: 'o' | 'n', kinds: readonly ChangeKind[]): string =>
      kinds.map((kind) => `SELECT ${side}.${column} AS v ${from[kind] ?? 'WHERE false'}`).join(' UNION ALL ');
    const both = `SELECT 1 FROM (${values('n', ['update', 'insert'])})
      WHERE v IS NULL OR +v COLLATE BINARY IN (${values('o', ['update', 'delete'])})`;
    return db.prepare(both).get() === undefined;
  });
}

interface Side {
  readonly rowids: readonly bigint[];
  readonly rows: readonly AlignedRow[];
}

function readSide(db: Database, table: Table, schema: string): Side {
  const stored = table.columns.filter((c) => !c.generated).map((c) => quoteName(c.name));
  const key = declaredKey(table).map(quoteName);
  const hasKey = key.map((name) => `${name} IS NOT NULL`).join(' AND ');
  const name = key.length === 0 ? 'NULL' : `iif(${hasKey}, ${contentKey(key)}, NULL)`;
  const rowid = quoteName(table.rowid ?? '');
  const found = db
    .prepare(
      `SELECT ${rowid}, ${name}, ${contentKey(stored)} FROM ${schema}.${quoteName(table.name)} ORDER BY ${rowid}`,
    )
    .raw()
    .safeIntegers()
    .iterate() as IterableIterator<[bigint, string | null, string]>;
  const [rowids, rows]: [bigint[], AlignedRow[]] = [[], []];
  for (const [id, named, text] of found) {
    const content = digest(text);
    rowids.push(id);
    rows.push({ name: named === null ? content : digest(named), content });
  }
  return { rowids, rows };
}

function digest(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}

// Renumbered rows count from 1 on without gaps, and added rows follow. A rowid set to another value on purpose is a
// change.
function isRenumbering(
  { pairs, updates, inserts }: Alignment,
  before: readonly bigint[],
  after: readonly bigint[],
): boolean {
  const hasMoved = [...pairs, ...updates].some(([i, j]) => before[i] !== after[j]);
  const most = BigInt(before.length + inserts.length);
  const isRoom = (before.at(-1) ?? 0n) < GREATEST_ROWID - most;
  return hasMoved && isRoom && (after[0] ?? 1n) >= 1n && (after.at(-1) ?? 0n) <= most;
}

const GREATEST_ROWID = 2n ** 63n - 1n;

function changesOf(
  { db, table, encoding, byRowid, older }: Comparison,
  { updates, deletes, inserts }: Alignment,
  [before, after]: readonly [readonly bigint[], readonly bigint[]],
): TableChanges {
  const { columns } = byRowid;
  const reader = rowReader(db, table, columns, encoding);
  const select = (schema: string): ((rowid: bigint | undefined) => SqlValue[]) => {
    const sql = `SELECT ${reader.list('')} FROM ${schema}.${quoteName(table.name)} WHERE ${quoteName(table.rowid ?? '')} = ?`;
    const statement = db.prepare(sql).raw().safeIntegers();
    return (rowid) => reader.read(statement.get(rowid) as SqlValue[], schema);
  };
  const [old, now] = [select(older), select('main')];
  const greatest = before.at(-1) ?? 0n;
  const rows = function* (kind: ChangeKind): Generator<RowChange> {
    if (kind === 'delete') for (const i of deletes) yield { kind, old: old(before[i]) };
    else if (kind === 'insert') {
      for (const [n, j] of inserts.entries())
        yield { kind, new: [greatest + BigInt(n + 1), ...now(after[j]).slice(1)] };
    } else {
      for (const [i, j] of updates) {
        const [was, is] = [old(before[i]), now(after[j])];
        const row = [was[0] as SqlValue, ...is.slice(1)];
        const changed = row.flatMap((value, c) => (sameValue(value, was[c] as SqlValue) ? [] : [c]));
        yield { kind, old: was, new: row, changed };
      }
    }
  };
  const counts = { delete: deletes.length, update: updates.length, insert: inserts.length };
  return { ...byRowid, rows, count: (kind) => counts[kind], bulk: () => null };
}
