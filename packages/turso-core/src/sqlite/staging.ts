import { openReadOnly, using } from './files/open';
import { Database } from './files/sqlite';
import { RECEIPT_PREFIX } from './receipt';
import { quoteName } from './values/quote';

/** How the names begin of tables on a remote that hold the values of a large push until it is carried out. */
export const STAGING_PREFIX = 'turso_sync_staging_values_';

/** An SQL condition on a row of `sqlite_schema`: that it is neither about such a table nor about a receipt. */
export const IS_NOT_STAGING = `tbl_name NOT GLOB '${STAGING_PREFIX}*' AND tbl_name NOT GLOB '${RECEIPT_PREFIX}*'`;

/** Takes these tables out of a copy of a remote database. */
export function dropStagingTables(file: string): void {
  const names = using(
    openReadOnly(file),
    (db) =>
      db
        .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND NOT (${IS_NOT_STAGING})`)
        .pluck()
        .all() as string[],
  );
  if (names.length === 0) return;
  using(new Database(file), (db) => {
    for (const name of names) db.exec(`DROP TABLE ${quoteName(name)}`);
  });
}
