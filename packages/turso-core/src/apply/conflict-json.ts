import { jsonRow, type JsonValue } from '../sqlite/values/json-value';
import type { Conflict } from './conflict';

/** Version of the format of `conflicts.json`. `docs/conflicts.md` describes the format. */
export const CONFLICTS_FORMAT = 1;

/** A conflict in the form of `conflicts.json` and `--json`, with its values as in `changes.json`. */
export type ConflictJson = Omit<Conflict, 'key' | 'old' | 'local' | 'remote'> &
  Readonly<Record<'key' | 'old' | 'local' | 'remote', Readonly<Record<string, JsonValue>> | null>>;

/** The content of `conflicts.json`. */
export interface ConflictsFile {
  /** Names the format. */
  readonly format: 'turso-sync-conflicts';
  /** Readers refuse a higher version. A version may gain new keys. */
  readonly version: 1;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The remote's URL without credentials. */
  readonly remote: string;
  /** All conflicts. */
  readonly conflicts: readonly ConflictJson[];
}

/** Converts a conflict to plain JSON, without losing a storage class or a bit. */
export function conflictJson(conflict: Conflict): ConflictJson {
  const { key, old, local, remote } = conflict;
  return {
    ...conflict,
    key: jsonRow(key),
    old: jsonRow(old),
    local: jsonRow(local),
    remote: jsonRow(remote),
  };
}

/** Yields the text of `conflicts.json`, with one conflict per line. */
export function* conflictsJson(
  conflicts: readonly Conflict[],
  { location, createdAt }: { readonly location: string; readonly createdAt: Date },
): Generator<string> {
  const head: Omit<ConflictsFile, 'conflicts'> = {
    format: 'turso-sync-conflicts',
    version: CONFLICTS_FORMAT,
    createdAt: createdAt.toISOString(),
    remote: location,
  };
  yield `${JSON.stringify(head, null, 1).slice(0, -2)},\n "conflicts": [`;
  let separator = '\n  ';
  for (const conflict of conflicts) {
    yield separator + JSON.stringify(conflictJson(conflict));
    separator = ',\n  ';
  }
  yield '\n ]\n}\n';
}
