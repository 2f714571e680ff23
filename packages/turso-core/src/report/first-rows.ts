import type { Plan, PlanRow } from '../plan/plan';
import { shareOut } from './share-out';

/** Returns changed rows by table, up to `limit` rows of the plan. */
export async function firstRows(plan: Plan, limit: number): Promise<ReadonlyMap<string, readonly PlanRow[]>> {
  const { tables } = plan.changes;
  const shares = shareOut(tables, limit);
  let left = [...shares.values()].reduce((sum, s) => sum + s.delete + s.update + s.insert, 0);
  const rows = new Map<string, PlanRow[]>(tables.map(({ table }) => [table, []]));
  for await (const row of left > 0 ? plan.rows() : []) {
    const share = shares.get(row.table);
    if (share === undefined || share[row.kind] === 0) continue;
    share[row.kind]--;
    rows.get(row.table)?.push(row);
    if (--left === 0) break;
  }
  return rows;
}
