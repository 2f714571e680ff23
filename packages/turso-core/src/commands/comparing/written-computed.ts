import { lookUp, pieces } from '../../apply/inspect/look-up';
import { RowBatcher } from '../../apply/statements/row-source';
import type { Changeset, RowChange, TableChanges } from '../../changeset/model';
import type { OnEvent } from '../../events';
import type { Remote } from '../../remote/remote';
import type { Query } from '../../sqlite/query';
import { openReadOnly } from '../../sqlite/files/open';
import { findComputed, type Computed } from '../../sqlite/schema/computed';
import { keyTerms } from '../../sqlite/schema/key-terms';
import { readSchema } from '../../sqlite/schema/schema';
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
    const seen = wholeTables(changeset);
    const whole = seen.size === 0 ? [] : await findComputedOtherwise(remote, pushed, seen);
    const names = new Set([...whole, ...(await findInRows(remote, { changeset, pushed }, seen))]);
    if (names.size > 0) onEvent?.({ type: 'warning', message: computedOtherwise([...names]) });
  } catch {
    // The push is through; `verify` tells what the remote does not tell now.
  }
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
): Promise<Set<string>> {
  const names = new Set<string>();
  const db = openReadOnly(pushed);
  try {
    const schema = readSchema(db);
    const all = findComputed(db, schema).filter(({ table }) => !seen.has(table.name));
    const ours: Query = (sql, args = []) => Promise.resolve(runQuery(db, sql, args));
    for (const changes of changeset.tables) {
      const computed = all.filter(({ table }) => table.name === changes.table.name);
      if (computed.length === 0 || changes.beforeSchema) continue;
      const sides = { ours, encoding: schema.encoding, changes, computed };
      for (const kind of ['update', 'insert'] as const)
        for (const piece of pieces(changes.rows(kind)))
          await remote.read(async (theirs) => {
            for (const each of await otherwiseIn(piece, { ...sides, theirs })) names.add(nameOf(each));
          });
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
  const { ours, theirs, encoding, changes, computed } = sides;
  const keys = piece.flatMap((change) =>
    change.kind === 'delete' ? [] : [changes.key.map((i) => change.new[i] as SqlValue)],
  );
  const [here, there] = [await readComputed(ours, sides, keys), await readComputed(theirs, sides, keys)];
  const differing = [...here].filter(([at, row]) => !isSame(row, there.get(at)));
  if (differing.length === 0) return [];
  const values = differing.map(([at]) => keys[at] as SqlValue[]);
  const by = { terms: keyTerms(changes.table, 't.'), values };
  const [mine, remote] = [
    await lookUp(ours, changes, by, encoding),
    await lookUp(theirs, changes, by, encoding),
  ];
  const rows = new Map(remote.map(({ index, row }) => [index, row]));
  const equal = mine.filter(({ index, row }) => isSame(row, rows.get(index))).map(({ index }) => index);
  return computed.filter((_, i) =>
    equal.some((index) => {
      const [at, row] = differing[index] as [number, SqlValue[]];
      return !isSame(valueAt(row, i), valueAt(there.get(at), i));
    }),
  );
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
