import type { Database } from 'better-sqlite3';

/** The modules whose tables hold something of their own. Others show what is elsewhere, or are not known here. */
const STORING = ['fts3', 'fts4', 'fts5', 'rtree', 'rtree_i32', 'geopoly'] as const;

/** A module of virtual tables whose content can be compared. */
export type Module = (typeof STORING)[number];

const QUOTED_NAME = [`"(?:[^"]|"")*"`, `'(?:[^']|'')*'`, '`(?:[^`]|``)*`', String.raw`\[[^\]]*\]`];

// sqlite_schema holds `CREATE VIRTUAL TABLE ` and then the rest of the statement as it was written.
const CREATE = new RegExp(
  String.raw`^CREATE VIRTUAL TABLE\s+(?:${QUOTED_NAME.join('|')}|[^\s"'\x60[]+)\s*USING\s+["'\x60[]?(\w+)`,
  'i',
);

/** The module of a virtual table; `undefined` where its content cannot be compared. */
export function moduleOf(db: Database, table: string): Module | undefined {
  const sql = db
    .prepare<[string], string>("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?")
    .pluck()
    .get(table);
  const module = CREATE.exec(sql ?? '')?.[1]?.toLowerCase();
  return STORING.find((storing) => storing === module);
}
