import type { Conflict, ConflictRow } from '../apply/conflict';
import { jsonValue } from '../changeset/json';
import type { ChangedRow } from '../commands/changed-rows';

/** A conflict as `--json` prints it. */
export function conflictJson(conflict: Conflict): object {
  const { key, old, local, remote } = conflict;
  return {
    ...conflict,
    key: rowJson(key),
    old: rowJson(old),
    local: rowJson(local),
    remote: rowJson(remote),
  };
}

/** A changed row as `--json` prints it. */
export function changedRowJson(row: ChangedRow): object {
  return { ...row, key: rowJson(row.key), old: rowJson(row.old), new: rowJson(row.new) };
}

// As in changes.json: otherwise 1 and 1.0 would look the same, and neither an infinite number nor a BLOB has a form.
function rowJson(row: ConflictRow | null): object | null {
  if (row === null) return null;
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [column, jsonValue(value)]));
}
