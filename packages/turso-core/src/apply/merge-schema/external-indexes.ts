import type { Database } from '../../sqlite/files/sqlite';
import type { Schema } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import type { Three } from './three';

/** A full-text index on another table, redefined or dropped only by the remote. */
export interface ExternalIndex {
  readonly name: string;
  /** Its definition on the remote; null if it was dropped. */
  readonly sql: string | null;
}

/** Finds these indexes. They hold no data of their own, so they can be recreated from their table anywhere. */
export function findExternalIndexes({ base, ours, theirs }: Three<Schema>): ExternalIndex[] {
  return [...base.tables.values()].flatMap(({ name, sql, virtual }): ExternalIndex[] => {
    const now = theirs.tables.get(name);
    const isChanged = now?.sql !== sql && ours.tables.get(name)?.sql === sql;
    const isIndex =
      virtual?.content === 'external' && (now === undefined || now.virtual?.content === 'external');
    return isChanged && isIndex ? [{ name, sql: now?.sql ?? null }] : [];
  });
}

/** Drops these indexes from a database. */
export function dropIndexes(db: Database, indexes: readonly ExternalIndex[]): void {
  for (const { name } of indexes) db.exec(`DROP TABLE main.${quoteName(name)}`);
}

/** Creates and fills the indexes that the remote still has. */
export function makeIndexes(db: Database, indexes: readonly ExternalIndex[]): void {
  for (const { name, sql } of indexes) {
    if (sql === null) continue;
    db.exec(sql);
    db.exec(`INSERT INTO main.${quoteName(name)}(${quoteName(name)}) VALUES('rebuild')`);
  }
}
