import type { Database } from 'better-sqlite3';
import { createHash } from 'node:crypto';
import type { Module } from './modules';
import { compareOutcomes, failed, outcome } from './outcome';
import type { Pair } from './pair';
import { quote } from './quote';
import { compareRows, describeRows } from './rows';
import type { Table } from './tables';

/** How to list the terms of a full-text index, whatever its segments. */
interface Terms {
  readonly using: (table: string) => string;
  readonly columns: readonly string[];
}

const FTS5: Terms = {
  using: (table) => `fts5vocab(main, ${table}, instance)`,
  columns: ['term', 'doc', 'col', 'offset'],
};
const FTS4: Terms = {
  using: (table) => `fts4aux(main, ${table})`,
  columns: ['term', 'col', 'documents', 'occurrences'],
};

const TERMS: Partial<Record<Module, Terms>> = { fts3: FTS4, fts4: FTS4, fts5: FTS5 };

const TERMS_TABLE = 'turso_sync_terms';

/**
 * Tells what differs between two virtual tables as seen through SQL: the rows, and for a full-text table its terms with
 * their places (the only content that a contentless one has) and its integrity check.
 *
 * The check needs writable copies.
 */
export function* compareVirtualTable(pair: Pair, table: Table, module: Module): Generator<string> {
  yield* compareVirtualRows(pair, table);
  const terms = TERMS[module];
  if (!terms) return;
  yield* compareOutcomes(`${table.name}: terms`, pair, (db) => digestTerms(db, table, terms));
  yield* compareOutcomes(`${table.name}: integrity-check`, pair, (db) => checkIntegrity(db, table, module));
}

/** A digest first: some tables cannot be read, or only so far, and two of them may be so alike. */
function* compareVirtualRows(pair: Pair, table: Table): Generator<string> {
  const read = (db: Database) => digest(describeRows(db, table));
  const a = outcome(() => read(pair.a));
  const b = outcome(() => read(pair.b));
  if (failed(a) || failed(b)) yield* compareOutcomes(`${table.name}: rows`, pair, read);
  else if (a !== b) yield* compareRows(pair, table);
}

function digestTerms(db: Database, table: Table, { using, columns }: Terms): string {
  db.exec(`CREATE VIRTUAL TABLE temp.${TERMS_TABLE} USING ${using(quote(table.name))}`);
  try {
    return digest(describeRows(db, { name: TERMS_TABLE, module: undefined, rowid: undefined, columns }));
  } finally {
    db.exec(`DROP TABLE temp.${TERMS_TABLE}`);
  }
}

function checkIntegrity(db: Database, table: Table, module: Module): string {
  const name = quote(table.name);
  // Rank 1 has FTS5 compare an external content table with the index, too.
  if (module === 'fts5') db.exec(`INSERT INTO ${name}(${name}, rank) VALUES('integrity-check', 1)`);
  else db.exec(`INSERT INTO ${name}(${name}) VALUES('integrity-check')`);
  return 'ok';
}

function digest(texts: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text}\n`);
  return hash.digest('hex');
}
