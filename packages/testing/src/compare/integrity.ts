import type { Database } from 'better-sqlite3';
import { compareMultisets } from './multiset';
import { compareOutcomes } from './outcome';
import type { Pair } from './pair';
import type { Tables } from './tables';

interface Violation {
  readonly table: string;
  readonly rowid: bigint | null;
  readonly parent: string;
  readonly fkid: bigint;
}

/** Tells where the outcomes of integrity_check or foreign_key_check differ. */
export function* compareIntegrity(pair: Pair, tables: Pair<Tables>): Generator<string> {
  yield* compareOutcomes('integrity_check', pair, checkIntegrity);
  yield* compareMultisets('foreign_key_check', violations(pair.a, tables.a), violations(pair.b, tables.b));
}

function checkIntegrity(db: Database): string {
  return db.prepare<[], string>('PRAGMA integrity_check').pluck().all().join('; ');
}

function violations(db: Database, { isIgnored }: Tables): string[] {
  try {
    const all = db.pragma('foreign_key_check') as Violation[];
    return all
      .filter(({ table }) => !isIgnored(table))
      .map(({ table, rowid, parent, fkid }) => `${table} rowid ${rowid}, key ${fkid} to ${parent}`);
  } catch (error) {
    return [String(error)]; // a key that fits no unique index of its parent
  }
}
