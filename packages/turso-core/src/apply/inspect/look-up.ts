import type { TableChanges } from '../../changeset/model';
import { TursoSyncError } from '../../errors';
import { columnGroups } from '../../sqlite/column-groups';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import type { Encoding, SqlValue } from '../../sqlite/values/values';
import type { Query } from '../../sqlite/query';
import { RowBatcher } from '../statements/row-batcher';

/** The search for rows: SQL terms of the row `t`, for example `t."id"`, and the values they must equal. */
export interface LookUp {
  readonly terms: readonly string[];
  readonly values: readonly (readonly SqlValue[])[];
}

/** A row of the target, and the index of the values that found it. */
export interface FoundRow {
  readonly index: number;
  readonly row: SqlValue[];
}

/** Looks up rows in the target's table, with the columns of these changes. */
export async function lookUp(
  query: Query,
  changes: TableChanges,
  { terms, values }: LookUp,
  encoding: Encoding,
): Promise<FoundRow[]> {
  const queries: { sql: (list: string) => string; args: readonly SqlValue[] }[] = [];
  const lists = columnGroups(changes.columns).map((group) =>
    exactProjection(group.map((name) => `t.${quoteName(name)}`)),
  );
  const on = terms.map((term, i) => `${term} = r.c${i}`).join(' AND ');
  const from = `r CROSS JOIN main.${quoteName(changes.table.name)} t ON ${on}`;
  const batcher = new RowBatcher(terms.length + 1, ({ sql, args }) =>
    queries.push({ sql: (list) => `${sql} SELECT r.c${terms.length}, ${list} FROM ${from}`, args }),
  );
  values.forEach((row, index) => batcher.add([...row, BigInt(index)]));
  batcher.flush();
  try {
    const found: FoundRow[] = [];
    for (const { sql, args } of queries) {
      const [first = [], ...others] = await inTurn(lists, (list) => query(sql(list), args));
      // The same query at the same moment returns the same order.
      first.forEach(([index, ...row], at) => {
        const rest = others.flatMap((rows) => exactRow(rows[at]?.slice(1) ?? [], encoding));
        found.push({ index: Number(index), row: [...exactRow(row, encoding), ...rest] });
      });
    }
    return found;
  } catch (error) {
    const isTooMuch = error instanceof TursoSyncError && error.code === 'RESPONSE_TOO_LARGE';
    if (!isTooMuch || values.length === 1) throw error;
    const middle = Math.ceil(values.length / 2);
    const left = await lookUp(query, changes, { terms, values: values.slice(0, middle) }, encoding);
    const right = await lookUp(query, changes, { terms, values: values.slice(middle) }, encoding);
    return [...left, ...right.map(({ index, row }) => ({ index: index + middle, row }))];
  }
}

async function inTurn<T, U>(items: readonly T[], work: (item: T) => Promise<U>): Promise<U[]> {
  const results: U[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** Cuts a list of any length into pieces to look up at once. */
export function* pieces<T>(items: Iterable<T>, size = 500): Generator<T[]> {
  let piece: T[] = [];
  for (const item of items) {
    piece.push(item);
    if (piece.length < size) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}
