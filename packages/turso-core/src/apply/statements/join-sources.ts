import { PARAMETER_LIMIT } from './row-batcher';
import type { RowSource } from './row-source';

/** Joins sources of rows of the same width: as many into one source as a statement can bind. */
export function joinSources(sources: readonly RowSource[]): Pick<RowSource, 'sql' | 'args'>[] {
  const groups: RowSource[][] = [];
  let bound = Infinity;
  for (const source of sources) {
    bound += source.args.length;
    if (bound > PARAMETER_LIMIT) {
      groups.push([]);
      bound = source.args.length;
    }
    groups.at(-1)?.push(source);
  }
  return groups.map((group) => ({
    sql: `WITH r AS (${group.map(({ sql }) => `SELECT * FROM (${sql} SELECT * FROM r)`).join(' UNION ALL ')})`,
    args: group.flatMap(({ args }) => args),
  }));
}
