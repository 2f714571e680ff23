import { systemCode } from '../../errors';
import { dropSql } from '../../changeset/schema/drop-sql';
import type { Database } from '../../sqlite/files/sqlite';

/** An object that cannot be used with its definition. */
export interface Flaw {
  readonly type: 'table' | 'view' | 'trigger';
  readonly name: string;
  /** SQLite's message about it. */
  readonly reason: string;
}

/**
 * Finds views and triggers that use missing objects, and tables with foreign keys to columns that are not unique. The
 * database must have no rows. Drops the views and triggers found.
 */
export function findFlaws(db: Database): Flaw[] {
  const flaws = mismatches(db);
  db.exec('CREATE TABLE turso_sync_staging_probe(x)');
  for (;;) {
    const flaw = findBroken(db);
    if (flaw === null) return flaws;
    flaws.push(flaw);
    db.exec(dropSql(flaw));
  }
}

/** Renames a table: SQLite then reads all views and triggers, and names the first unusable one. */
function findBroken(db: Database): Flaw | null {
  try {
    db.transaction(() => {
      db.exec('ALTER TABLE turso_sync_staging_probe RENAME TO turso_sync_staging_probed');
      db.exec('ALTER TABLE turso_sync_staging_probed RENAME TO turso_sync_staging_probe');
    })();
    return null;
  } catch (error) {
    const { message } = error as Error;
    const objects = db
      .prepare(`SELECT type, name FROM sqlite_schema WHERE type IN ('view', 'trigger')`)
      .all() as Flaw[];
    const found = objects.find(({ type, name }) => message.startsWith(`error in ${type} ${name}`));
    if (found === undefined) return null;
    const reason = message.slice(`error in ${found.type} ${found.name}`.length).replace(/^[^:]*: /, '');
    return { ...found, reason };
  }
}

function mismatches(db: Database): Flaw[] {
  const names = db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'`)
    .pluck()
    .all();
  return (names as string[]).flatMap((name): Flaw[] => {
    try {
      db.prepare('SELECT 1 FROM pragma_foreign_key_check(?)').all(name);
      return [];
    } catch (error) {
      if (!systemCode(error).startsWith('SQLITE_')) throw error;
      return [{ type: 'table', name, reason: (error as Error).message }];
    }
  });
}
