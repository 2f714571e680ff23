import { jsonRow } from '../sqlite/values/json-value';
import type { PlanRow } from '../plan/plan';
import type { PrintedRow } from './printed';

/** A changed row as `--json` prints it. */
export function changedRowJson(row: PlanRow): PrintedRow {
  return { ...row, key: jsonRow(row.key), old: jsonRow(row.old), new: jsonRow(row.new) };
}
