import { jsonRow } from '../changeset/text/json';
import type { ChangedRow } from '../commands/comparing/changed-rows';

/** A changed row as `--json` prints it. */
export function changedRowJson(row: ChangedRow): object {
  return { ...row, key: jsonRow(row.key), old: jsonRow(row.old), new: jsonRow(row.new) };
}
