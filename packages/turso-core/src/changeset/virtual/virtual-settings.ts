import type { Database } from '../../sqlite/files/sqlite';
import type { Table } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import { sameValue, type SqlValue } from '../../sqlite/values/values';
import type { IndexSetting } from '../model';
import type { Presence } from '../rows/row-queries';

/**
 * Returns the settings of an FTS5 index (`automerge`, `rank`, ..) that differ in the second database.
 *
 * @see https://sqlite.org/fts5.html#special_insert_commands
 */
export function diffSettings(db: Database, table: Table, presence: Presence, before: string): IndexSetting[] {
  if (table.virtual?.module !== 'fts5' || presence === 'before') return [];
  const old = presence === 'both' ? readSettings(db, table, before) : new Map(DEFAULTS);
  const now = readSettings(db, table, 'main');
  return [...now].flatMap(([name, to]) => {
    const from = old.get(name) ?? null;
    return sameValue(from, to) ? [] : [{ name, from, to }];
  });
}

/** The values of settings that are not stored. */
const DEFAULTS: readonly (readonly [string, SqlValue])[] = [
  ['automerge', 4n],
  ['crisismerge', 16n],
  ['deletemerge', 10n],
  ['hashsize', 1_048_576n],
  ['pgsz', 4050n],
  ['rank', 'bm25()'],
  ['secure-delete', 0n],
  ['usermerge', 4n],
];

// The version of the format follows from the other settings.
function readSettings(db: Database, { name }: Table, schema: string): Map<string, SqlValue> {
  const sql = `SELECT k, v FROM ${schema}.${quoteName(`${name}_config`)} WHERE k <> 'version'`;
  return new Map([...DEFAULTS, ...(db.prepare(sql).raw().safeIntegers().all() as [string, SqlValue][])]);
}
