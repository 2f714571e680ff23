import { rowsAre, tablesWithRows, type Breach } from './breach';
import type { Facts, TableFacts } from './facts';
import type { Policy, RuleName } from './policy';

/**
 * Applies the limits on the number of changed rows. Limits for all tables together leave out tables named by an
 * exception.
 */
export function countRules(
  { maxDeletedRows = null, maxDeletedPercent = null, maxChangedRows = null }: Policy,
  { tables }: Facts,
  isExempt: (rule: RuleName, table: string) => boolean,
): Breach[] {
  const counted = { tables, isExempt };
  return [
    ...limitTotal(counted, 'maxDeletedRows', maxDeletedRows, { of: (t) => t.deleted, done: 'deleted' }),
    ...(maxDeletedPercent === null ? [] : limitPercent(tables, maxDeletedPercent)),
    ...limitTotal(counted, 'maxChangedRows', maxChangedRows, {
      of: (t) => t.inserted + t.updated + t.deleted,
      done: 'changed',
    }),
  ];
}

function limitTotal(
  { tables, isExempt }: Pick<Facts, 'tables'> & { isExempt: (rule: RuleName, table: string) => boolean },
  rule: RuleName,
  limit: number | null,
  { of, done }: { readonly of: (table: TableFacts) => number; readonly done: string },
): Breach[] {
  if (limit === null) return [];
  const rows = tables.filter((t) => !isExempt(rule, t.table)).map((t) => ({ table: t.table, rows: of(t) }));
  const count = rows.reduce((n, t) => n + t.rows, 0);
  if (count <= limit) return [];
  const message = `${rowsAre(count)} ${done} (${tablesWithRows(rows)}), and at most ${limit} may be.`;
  return [{ rule, table: null, count, limit, message }];
}

function limitPercent(tables: readonly TableFacts[], limit: number): Breach[] {
  return tables.flatMap((t) => {
    if (t.deleted === 0) return [];
    const before = Math.max(t.rowsBefore(), t.deleted);
    const allowed = Math.floor((before * limit) / 100);
    if (t.deleted <= allowed) return [];
    const message = `${rowsAre(t.deleted)} deleted of ${t.table}, which had ${before}, and at most ${limit} % may be.`;
    const counts = { count: t.deleted, limit: allowed };
    return [{ rule: 'maxDeletedPercent', table: t.table, ...counts, message } as const];
  });
}
