import { joinSources } from '../../apply/statements/join-sources';
import { RowBatcher } from '../../apply/statements/row-batcher';
import type { RowSource } from '../../apply/statements/row-source';
import { TursoSyncError } from '../../errors';
import { columnGroups } from '../../sqlite/column-groups';
import type { Query } from '../../sqlite/query';
import { exactProjection, exactRow } from '../../sqlite/values/exact-projection';
import { quoteName } from '../../sqlite/values/quote';
import type { Encoding, SqlValue } from '../../sqlite/values/values';

type Row = readonly SqlValue[];

/** The rows and terms to read. */
export interface ReadAt {
  readonly table: string;
  /** The columns that identify a row, as SQL terms. */
  readonly key: readonly string[];
  /** The SQL terms to read from a row. */
  readonly terms: readonly string[];
  readonly encoding: Encoding;
}

/**
 * Reads terms of the rows at some keys. The result is indexed by the key's place in the list; missing rows are left
 * out. A query has as many keys as a statement can hold. Callers cut the list to limit the answer. If an answer is
 * still too large, it is requested in halves.
 */
export async function readAt(query: Query, what: ReadAt, keys: readonly Row[]): Promise<Map<number, Row>> {
  try {
    return await readAll(query, what, keys);
  } catch (error) {
    const isTooMuch = error instanceof TursoSyncError && error.code === 'RESPONSE_TOO_LARGE';
    if (!isTooMuch || keys.length === 1) throw error;
    const middle = Math.ceil(keys.length / 2);
    const left = await readAt(query, what, keys.slice(0, middle));
    const right = await readAt(query, what, keys.slice(middle));
    return new Map([...left, ...[...right].map(([at, row]) => [at + middle, row] as const)]);
  }
}

async function readAll(
  query: Query,
  { table, key, terms, encoding }: ReadAt,
  keys: readonly Row[],
): Promise<Map<number, Row>> {
  const sources: RowSource[] = [];
  const batcher = new RowBatcher(key.length + 1, (source) => sources.push(source));
  keys.forEach((row, index) => batcher.add([...row, BigInt(index)]));
  batcher.flush();
  const found = new Map<number, SqlValue[]>();
  for (const { sql, args } of joinSources(sources))
    for (const group of columnGroups(terms)) {
      // Named here, because the names in the other source might equal those of columns.
      const named = [
        ...key.map((term, i) => `${term} AS k${i}`),
        ...group.map((term, i) => `${term} AS v${i}`),
      ];
      const rows = await query(
        `${sql} SELECT r.c${key.length}, ${exactProjection(group.map((_, i) => `t.v${i}`))}
        FROM r CROSS JOIN (SELECT ${named.join(', ')} FROM main.${quoteName(table)}) t
        ON ${key.map((_, i) => `t.k${i} = r.c${i}`).join(' AND ')}`,
        args,
      );
      for (const [index, ...row] of rows) {
        const values = found.get(Number(index)) ?? [];
        values.push(...exactRow(row, encoding));
        found.set(Number(index), values);
      }
    }
  return found;
}
