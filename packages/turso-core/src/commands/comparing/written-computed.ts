import { rowidsOfContent } from '../../apply/inspect/find-moved';
import { findRows, hasContent } from '../../apply/inspect/find-rows';
import { pieces } from '../../apply/inspect/look-up';
import { RowBatcher } from '../../apply/statements/row-source';
import type { Changeset, RowChange, TableChanges } from '../../changeset/model';
import { timed, type OnEvent, type Progress } from '../../events';
import type { Remote } from '../../remote/remote';
import type { Query } from '../../sqlite/query';
import { openReadOnly, using } from '../../sqlite/files/open';
import type { Statement } from '../../sqlite/statement';
import { findComputed, type Computed } from '../../sqlite/schema/computed';
import { keyTerms } from '../../sqlite/schema/key-terms';
import { hasHiddenRowid, readSchema } from '../../sqlite/schema/schema';
import { runQuery } from '../../sqlite/sqlite-target';
import { exactProjection } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import { sameRow, type Encoding, type SqlValue } from '../../sqlite/values/values';
import { computedOtherwise, findComputedOtherwise, nameOf } from './computed-values';

/** What was pushed: the changes, and the database that has them. */
export interface Pushed {
  readonly changeset: Changeset;
  readonly pushed: string;
}

/**
 * Warns of what the remote has computed otherwise than the working copy, in the rows of a push that is through. Of tables
 * and indexes that were made or changed, and of tables without a key, all rows are looked at.
 */
export async function warnOfComputed(
  remote: Pick<Remote, 'read'>,
  { changeset, pushed }: Pushed,
  onEvent: OnEvent | undefined,
): Promise<void> {
  try {
    if (!hasComputed({ changeset, pushed })) return;
    const names = await timed(onEvent, 'compare computed values', async (onProgress) => {
      const seen = wholeTables(changeset);
      const whole = seen.size === 0 ? [] : await findComputedOtherwise(remote, pushed, seen);
      return new Set([...whole, ...(await findInRows(remote, { changeset, pushed }, seen, onProgress))]);
    });
    if (names.size > 0) onEvent?.({ type: 'warning', message: computedOtherwise([...names]) });
  } catch {
    // The push is through; `verify` tells what the remote does not tell now.
  }
}

/** The same of a push that is tried out: the remote carries the statements out once more, is read, and takes them back. */
export async function warnOfComputedAfter(
  remote: Pick<Remote, 'read'>,
  statements: readonly Statement[],
  pushed: Pushed,
  onEvent: OnEvent | undefined,
): Promise<void> {
  const within = (query: Query): Promise<void> =>
    warnOfComputed({ read: (work) => work(query) }, pushed, onEvent);
  try {
    await remote.read(within, { after: statements });
  } catch {
    // Whether the push would go through is known.
  }
}

/** Whether anything is computed that the changes are about. */
export function hasComputed({ changeset, pushed }: Pushed): boolean {
  const changed = new Set(changeset.tables.map((changes) => changes.table.name));
  for (const { object } of changeset.schema) changed.add(object.table);
  return using(openReadOnly(pushed), (db) =>
    findComputed(db, readSchema(db)).some(({ table }) => changed.has(table.name)),
  );
}

/** Tables of which the remote has computed something for every row, or whose rows no key tells apart. */
function wholeTables({ schema, tables }: Changeset): Set<string> {
  const made = schema.filter(({ action, object }) => action !== 'drop' && /table|index/.test(object.type));
  const keyless = tables.filter((t) => !t.beforeSchema && t.key.length === 0);
  return new Set([...made.map(({ object }) => object.table), ...keyless.map((t) => t.table.name)]);
}

async function findInRows(
  remote: Pick<Remote, 'read'>,
  { changeset, pushed }: Pushed,
  seen: ReadonlySet<string>,
  onProgress: (progress: Progress) => void,
): Promise<Set<string>> {
  const names = new Set<string>();
  const db = openReadOnly(pushed);
  try {
    const schema = readSchema(db);
    const all = findComputed(db, schema).filter(({ table }) => !seen.has(table.name));
    const ours: Query = (sql, args = []) => Promise.resolve(runQuery(db, sql, args));
    const isLookedAt = (t: TableChanges): boolean =>
      !t.beforeSchema && all.some(({ table }) => table.name === t.table.name);
    const looked = changeset.tables.filter(isLookedAt);
    const total = looked.reduce((sum, t) => sum + t.count('update') + t.count('insert'), 0);
    let done = 0;
    for (const changes of looked) {
      const computed = all.filter(({ table }) => table.name === changes.table.name);
      const sides = { ours, encoding: schema.encoding, changes, computed };
      for (const kind of ['update', 'insert'] as const)
        for (const piece of pieces(changes.rows(kind))) {
          await remote.read(async (theirs) => {
            for (const each of await otherwiseIn(piece, { ...sides, theirs })) names.add(nameOf(each));
          });
          done += piece.length;
          onProgress({ done, total, unit: 'rows' });
        }
    }
    return names;
  } finally {
    db.close();
  }
}

interface Sides {
  readonly ours: Query;
  readonly theirs: Query;
  readonly encoding: Encoding;
  readonly changes: TableChanges;
  readonly computed: readonly Computed[];
}

/** What differs in some of the pushed rows. Only rows that are equal tell. */
async function otherwiseIn(piece: readonly RowChange[], sides: Sides): Promise<Computed[]> {
  const { ours, theirs, changes, computed } = sides;
  const written = piece.flatMap((change) => (change.kind === 'delete' ? [] : [change]));
  const addressOf = (row: readonly SqlValue[]): SqlValue[] => changes.key.map((i) => row[i] as SqlValue);
  const addresses = written.map((change) => addressOf(change.new));
  const here = await readComputed(ours, sides, addresses);
  const there = await readComputed(theirs, sides, addresses);
  const differing = [...here].filter(([at, row]) => !isSame(row, there.get(at)));
  if (differing.length === 0) return [];
  const rows = differing.map(([at]) => written[at]?.new ?? []);
  const equal = await findEqual(sides, rows);
  const found = differing.flatMap(([, row], i) => {
    const other = equal[i];
    return other === undefined ? [] : [{ row, address: addressOf(other) }];
  });
  const equals = await readComputed(
    theirs,
    sides,
    found.map(({ address }) => address),
  );
  return computed.filter((_, i) =>
    found.some(({ row }, at) => !isSame(valueAt(row, i), valueAt(equals.get(at), i))),
  );
}

/** The remote's rows of the same content, wherever hidden rowids have put them. */
async function findEqual(
  { theirs, changes, encoding }: Sides,
  rows: readonly (readonly SqlValue[])[],
): Promise<(readonly SqlValue[] | undefined)[]> {
  const inserts = rows.map((row) => ({ kind: 'insert', new: row }) as const);
  const found = await findRows(theirs, changes, inserts, encoding);
  const isHidden = hasHiddenRowid(changes.table);
  const equal = rows.map((row, i) => {
    const other = found[i]?.same;
    return (isHidden ? hasContent(row, other) : isSame(row, other)) ? other : undefined;
  });
  const isSought = (i: number): boolean => isHidden && equal[i] === undefined && found[i]?.isNamed === false;
  const sought = rows.flatMap((_, i) => (isSought(i) ? [i] : []));
  const places = await rowidsOfContent(
    theirs,
    changes,
    sought.map((i) => (rows[i] ?? []).slice(1)),
  );
  sought.forEach((i, at) => {
    const place = places[at]?.[0];
    if (place !== undefined) equal[i] = [place, ...(rows[i] ?? []).slice(1)];
  });
  return equal;
}

/** The class and the bytes of a computed value. */
function valueAt(row: readonly SqlValue[] | undefined, i: number): SqlValue[] | undefined {
  const [classes] = row ?? [];
  return row && [typeof classes === 'string' ? (classes[i] ?? null) : null, row[i + 1] as SqlValue];
}

function isSame(a: readonly SqlValue[] | undefined, b: readonly SqlValue[] | undefined): boolean {
  return a !== undefined && b !== undefined && sameRow(a, b);
}

/** The computed values of rows by the place of their keys: their classes first, and text as bytes. */
async function readComputed(
  query: Query,
  { changes: { table }, computed }: Sides,
  keys: readonly (readonly SqlValue[])[],
): Promise<Map<number, SqlValue[]>> {
  const key = keyTerms(table);
  const list = [
    ...key.map((term, i) => `${term} AS k${i}`),
    ...computed.map(({ term }, i) => `${term} AS v${i}`),
  ];
  const from = `r CROSS JOIN (SELECT ${list.join(', ')} FROM main.${quoteName(table.name)}) t
    ON ${key.map((_, i) => `t.k${i} = r.c${i}`).join(' AND ')}`;
  const values = exactProjection(computed.map((_, i) => `t.v${i}`));
  const queries: { sql: string; args: readonly SqlValue[] }[] = [];
  const batcher = new RowBatcher(key.length + 1, ({ sql, args }) =>
    queries.push({ sql: `${sql} SELECT r.c${key.length}, ${values} FROM ${from}`, args }),
  );
  keys.forEach((row, index) => batcher.add([...row, BigInt(index)]));
  batcher.flush();
  const found = new Map<number, SqlValue[]>();
  for (const { sql, args } of queries)
    for (const [index, ...row] of await query(sql, args)) found.set(Number(index), row);
  return found;
}
