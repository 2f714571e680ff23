import type { Database } from '../files/sqlite';
import { quoteName } from '../values/quote';
import type { Schema, SchemaObject, Table } from './schema';
import { isWord, sqlTokens, type SqlToken } from './sql-tokens';

/** A value that SQLite computes from a row and stores. Versions of SQLite may disagree on it. */
export interface Computed {
  readonly table: Table;
  /** Its name for people, for example `column "label"`. */
  readonly what: string;
  /** The SQL expression of the value, for a row of the table. */
  readonly term: string;
}

/** Finds all computed values that a database stores: STORED columns, and computed parts of indexes. */
export function findComputed(db: Database, { tables, objects }: Schema): Computed[] {
  const ordinary = [...tables.values()].filter(({ kind }) => kind === 'rowid' || kind === 'without-rowid');
  return ordinary.flatMap((table) => {
    const generated = generatedColumns(db, table);
    const stored = generated.filter((c) => c.isStored).map(({ name }) => ({ name, term: quoteName(name) }));
    const lazy = generated.filter((c) => !c.isStored).map((c) => c.name);
    const indexes = objects.filter((o) => o.type === 'index' && o.table === table.name);
    return [
      ...stored.map(({ name, term }) => ({ table, what: `column "${name}"`, term })),
      ...indexes.flatMap((index) =>
        indexTerms(db, index, lazy).map((term) => ({ table, what: `index "${index.name}"`, term })),
      ),
    ];
  });
}

function generatedColumns(db: Database, { name }: Table): { name: string; isStored: boolean }[] {
  const rows = db
    .prepare(`SELECT name, hidden FROM temp.pragma_table_xinfo(?, 'main') WHERE hidden > 1`)
    .all(name) as { name: string; hidden: number }[];
  return rows.map((row) => ({ name: row.name, isStored: row.hidden === 3 }));
}

/** Returns the expressions of an index, its columns computed on reading, and its WHERE. */
function indexTerms(db: Database, { name, sql }: SchemaObject, lazy: readonly string[]): string[] {
  const { terms, where } = indexParts(sql);
  const columns = db
    .prepare(`SELECT name FROM temp.pragma_index_xinfo(?, 'main') WHERE key = 1 ORDER BY seqno`)
    .pluck()
    .all(name) as (string | null)[];
  const computed = columns.flatMap((column, i) => {
    if (column === null) return terms[i] ?? [];
    return lazy.includes(column) ? [quoteName(column)] : [];
  });
  return where === null ? computed : [...computed, where];
}

/** Returns the terms of a CREATE INDEX without their order, and the condition of its WHERE, each in brackets. */
export function indexParts(sql: string): { terms: string[]; where: string | null } {
  const tokens = sqlTokens(sql);
  let depth = 0;
  let from = -1;
  const terms: string[] = [];
  for (const [i, { text, at }] of tokens.entries()) {
    if (text === '(' && depth++ === 0) from = i + 1;
    if (text === ')') depth--;
    if (from < 0 || !((text === ',' && depth === 1) || depth === 0)) continue;
    const last = tokens[i - 1];
    const end = isWord(last, 'asc') || isWord(last, 'desc') ? (last as SqlToken).at : at;
    terms.push(`(${sql.slice(tokens[from]?.at, end)})`);
    from = i + 1;
    if (depth > 0) continue;
    const where = tokens[i + 2];
    return { terms, where: where === undefined ? null : `(${sql.slice(where.at)}\n)` };
  }
  return { terms, where: null };
}
