import { jsonRow } from '../sqlite/values/json-value';
import type { PlanRow } from '../plan/plan';

/** A changed row as `--json` prints it. */
export function changedRowJson(row: PlanRow): object {
  return { ...row, key: jsonRow(row.key), old: jsonRow(row.old), new: jsonRow(row.new) };
}
