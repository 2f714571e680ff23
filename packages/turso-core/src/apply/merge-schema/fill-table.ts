import { systemCode } from '../../errors';
import type { Database } from '../../sqlite/files/sqlite';
import { quoteName } from '../../sqlite/values/quote';
import type { SqlValue } from '../../sqlite/values/values';
import type { CarrySelect } from './carry-select';

/** A row that a definition does not take. */
export interface Misfit {
  /** The values that identify it in its source table; empty if nothing does. */
  readonly key: readonly SqlValue[];
  /** SQLite's objection. */
  readonly reason: string;
}

/**
 * Fills a new table with all rows at once, or one by one if some do not fit. Of rows that exclude each other, the first
 * is taken.
 */
export function fillTable(db: Database, select: CarrySelect): Misfit[] {
  const { shape, targets, values, from } = select;
  const into = `INSERT OR ABORT INTO main.${quoteName(shape.name)}(${targets.map(quoteName).join(',')})`;
  try {
    db.transaction(() => db.exec(`${into} SELECT ${values.join(',')} ${from}`))();
    return [];
  } catch (error) {
    if (!isMisfit(error)) throw error;
    return fillOneByOne(db, into, select);
  }
}

function fillOneByOne(db: Database, into: string, { values, keys, from }: CarrySelect): Misfit[] {
  const [cells, known] = [values.map((_, i) => `v${i}`), keys.map((_, i) => `k${i}`)];
  db.exec(`CREATE TEMP TABLE held(${[...cells, ...known].join(',')})`);
  db.exec(`INSERT INTO temp.held SELECT ${[...values, ...keys].join(',')} ${from}`);
  const write = db.prepare(`${into} SELECT ${cells.join(',')} FROM temp.held WHERE rowid = ?`);
  const count = db.prepare('SELECT count(*) FROM temp.held').pluck().get() as number;
  const key = db
    .prepare(`SELECT ${known.length === 0 ? 'NULL' : known.join(',')} FROM temp.held WHERE rowid = ?`)
    .raw()
    .safeIntegers();
  const misfits: Misfit[] = [];
  for (let row = 1; row <= count; row++) {
    try {
      write.run(row);
    } catch (error) {
      if (!isMisfit(error)) throw error;
      const found = known.length === 0 ? [] : (key.get(row) as SqlValue[]);
      misfits.push({ key: found, reason: (error as Error).message });
    }
  }
  db.exec('DROP TABLE temp.held');
  return misfits;
}

// An expression of an index or a generated column may fail on a value with an SQLITE_ERROR.
function isMisfit(error: unknown): boolean {
  return /^SQLITE_(?:CONSTRAINT|MISMATCH|ERROR)/.test(systemCode(error));
}
