import type { Database } from 'better-sqlite3';
import { compareMultisets } from './multiset';
import type { Pair } from './pair';
import type { Tables } from './tables';

/** Tells where sqlite_sequence differs. One without rows is like none: once made, it cannot be dropped. */
export function* compareSequences(pair: Pair, tables: Pair<Tables>): Generator<string> {
  yield* compareMultisets('sqlite_sequence', sequences(pair.a, tables.a), sequences(pair.b, tables.b));
}

function sequences(db: Database, { isIgnored }: Tables): string[] {
  const there = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get() !== undefined;
  if (!there) return [];
  const rows = db.prepare<[], { name: string; type: string; seq: unknown }>(
    'SELECT name, typeof(seq) AS type, seq FROM sqlite_sequence',
  );
  return rows
    .all()
    .filter(({ name }) => !isIgnored(name))
    .map(({ name, type, seq }) => `${name} ${type} ${String(seq)}`);
}
