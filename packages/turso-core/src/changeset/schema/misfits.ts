import { systemCode } from '../../errors';
import { using } from '../../sqlite/files/open';
import { Database } from '../../sqlite/files/sqlite';
import { keyColumns, rowColumns } from '../../sqlite/schema/schema';
import { quoteName, quoteValue } from '../../sqlite/values/quote';
import type { Encoding } from '../../sqlite/values/values';
import type { FilledColumn } from '../model';
import type { CarriedColumn } from './carried-columns';
import type { TablePair } from './pair-tables';

/** What {@link writeMisfits} works on. */
export interface MisfitOptions {
  /** The file of the database as it was. */
  readonly before: string;
  readonly encoding: Encoding;
  readonly carried: readonly CarriedColumn[];
  readonly filled: readonly FilledColumn[];
  /** A condition on rows that do not fit whatever the new definition says, or null where there is none. */
  readonly condition: string | null;
}

/**
 * Finds the rows of a table that its new definition does not take as they are, by trying each, and writes them to a
 * database of their own, in a table of the old definition. Of rows that keep each other out, the first is taken.
 *
 * @returns false where it cannot tell: rows have no address, or cannot be written a second time.
 */
export function writeMisfits(file: string, { from, to }: TablePair, options: MisfitOptions): boolean {
  if (keyColumns(from).length === 0) return false;
  try {
    makeTable(file, from.sql, options.encoding);
    using(new Database(''), (db) => {
      prepare(db, options.encoding);
      db.exec(to.sql);
      db.prepare('ATTACH ? AS source').run(options.before);
      db.prepare('ATTACH ? AS misfits').run(file);
      db.transaction(() => tryRows(db, { from, to }, options))();
    });
    return true;
  } catch (error) {
    if (!systemCode(error).startsWith('SQLITE_')) throw error;
    return false;
  }
}

function makeTable(file: string, sql: string, encoding: Encoding): void {
  using(new Database(file), (db) => {
    prepare(db, encoding);
    db.exec(sql);
  });
}

function prepare(db: Database, encoding: Encoding): void {
  // Nobody needs these files after a crash.
  for (const pragma of [`encoding = '${encoding}'`, 'synchronous = OFF', 'foreign_keys = OFF'])
    db.pragma(pragma);
}

function tryRows(db: Database, { from, to }: TablePair, { carried, filled, condition }: MisfitOptions): void {
  const columns = rowColumns(from).map(quoteName);
  const values = carried.map((c) => quoteName(c.from));
  const [wholes, parts] = [columns.map((_, i) => `r${i}`), values.map((_, i) => `c${i}`)];
  const targets = [...carried.map((c) => c.to), ...filled.map((f) => f.column)].map(quoteName);
  const given = [...parts, ...filled.map((f) => quoteValue(f.value))];
  db.exec(`CREATE TEMP TABLE held(${[...wholes, ...parts, 'misfit'].join(',')})`);
  db.exec(`INSERT INTO held SELECT ${[...columns, ...values, condition ?? 'false'].join(',')}
    FROM source.${quoteName(from.name)} NOT INDEXED`);
  const carry = db.prepare(
    `INSERT OR ABORT INTO main.${quoteName(to.name)}(${targets.join(',')})
     SELECT ${given.join(',')} FROM held WHERE rowid = ? AND NOT misfit`,
  );
  const mark = db.prepare('UPDATE held SET misfit = true WHERE rowid = ?');
  const count = db.prepare('SELECT count(*) FROM held').pluck().get() as number;
  for (let row = 1; row <= count; row++) {
    try {
      carry.run(row);
    } catch (error) {
      if (!/^SQLITE_(CONSTRAINT|MISMATCH)/.test(systemCode(error))) throw error;
      mark.run(row);
    }
  }
  db.exec(`INSERT INTO misfits.${quoteName(from.name)}(${columns.join(',')})
    SELECT ${wholes.join(',')} FROM held WHERE misfit`);
}
