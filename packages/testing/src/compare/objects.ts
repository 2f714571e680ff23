import type { Database } from 'better-sqlite3';
import type { Pair } from './pair';
import type { Tables } from './tables';
import { clip } from './values';

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly sql: string | null;
  readonly bytes: string;
}

/** Tells what sqlite_schema has that differs: by type, name, table, and the very text of the SQL. */
export function* compareObjects(pair: Pair, tables: Pair<Tables>): Generator<string> {
  const inA = listObjects(pair.a, tables.a);
  const inB = listObjects(pair.b, tables.b);
  for (const [key, a] of inA) {
    const b = inB.get(key);
    if (!b) yield `${key}: only in a`;
    else if (a.tbl_name !== b.tbl_name) yield `${key}: on table ${a.tbl_name} in a, ${b.tbl_name} in b`;
    else if (a.bytes !== b.bytes) yield `${key}: a ${clip(String(a.sql))}, b ${clip(String(b.sql))}`;
  }
  for (const key of inB.keys()) {
    if (!inA.has(key)) yield `${key}: only in b`;
  }
}

function listObjects(db: Database, tables: Tables): Map<string, SchemaObject> {
  const all = db
    .prepare<[], SchemaObject>(
      'SELECT type, name, tbl_name, sql, hex(CAST(sql AS BLOB)) AS bytes FROM sqlite_schema',
    )
    .all();
  const kept = all.filter(({ tbl_name }) => !tables.isLeftOut(tbl_name));
  return new Map(kept.map((object) => [`${object.type} ${object.name}`, object]));
}
