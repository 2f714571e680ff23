import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { buildDatabase, compareDatabases, editDatabase, makeTempDir } from '@turso-sync/testing';
import Database from 'better-sqlite3';
import { LIST_RECEIPTS } from '../../src/sqlite/receipt';

/**
 * Tables of each sort in which a change may be lost or made twice: rows with a key, rows with none but a hidden rowid, and
 * rows that cannot be addressed at all.
 */
const SCHEMA = `
  CREATE TABLE t(id INTEGER PRIMARY KEY, v);
  CREATE TABLE log(line);
  CREATE TABLE bag(rowid, oid, _rowid_);
  WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 400)
  INSERT INTO t SELECT i, printf('%0200d', i) FROM s;
  INSERT INTO log VALUES ('first'), ('tick');
  INSERT INTO bag VALUES (1, 2, 3), (1, 2, 3)`;

/** What the working copy's app does in a round. */
export function ourEdit(round: number): string {
  const table = `made_${round}`;
  return `UPDATE t SET v = 'ours ${round}' WHERE id % 20 = ${2 * (round % 10)};
    INSERT INTO t VALUES (${1000 + round}, 'ours'); DELETE FROM t WHERE id = ${1000 + round - 3};
    INSERT INTO log VALUES ('ours ${round}'), ('tick'), ('tick');
    INSERT INTO bag VALUES (1, 2, 3), (1, 2, 3), (${round}, 0, 0);
    ${round % 4 === 0 ? `CREATE TABLE ${table}(id INTEGER PRIMARY KEY, v); INSERT INTO ${table} VALUES (1, 'made')` : ''}`;
}

/** What others do on the remote: other rows, and rows appended just where ours are. */
export function theirEdit(round: number, when: 'before' | 'after'): string {
  return `UPDATE t SET v = 'theirs ${round} ${when}' WHERE id <= 400 AND id % 20 = ${2 * (round % 10) + 1};
    INSERT INTO log VALUES ('theirs ${round} ${when}'), ('tock');
    INSERT INTO bag VALUES (3, 2, 1)`;
}

/** A database that is edited as the remote is meant to be. */
export interface Model {
  readonly file: string;
  edit(sql: string): void;
  /** A copy as it is now. */
  fork(): Model;
  /** What another database has otherwise. Which hidden rowids the rows of `log` have is not told. */
  differences(from: string): string[];
}

/** Makes the model of a new remote. */
export function makeModel(): Model {
  const file = path.join(makeTempDir('model-'), 'model.db');
  buildDatabase(file, SCHEMA);
  return modelIn(file);
}

function modelIn(file: string): Model {
  return {
    file,
    edit: (sql) => editDatabase(file, sql),
    fork() {
      const copy = path.join(makeTempDir('model-'), 'model.db');
      copyFileSync(file, copy);
      return modelIn(copy);
    },
    differences(from) {
      // A push that died before it removed its receipt has arrived all the same.
      const found = compareDatabases(file, from, { ignoreTables: ['log', ...receipts(from)] });
      const [meant, is] = [lines(file), lines(from)];
      return meant === is ? found : [...found, `log: ${meant} is meant, and ${is} is there`];
    },
  };
}

function receipts(file: string): string[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare(LIST_RECEIPTS).pluck().all() as string[];
  } finally {
    db.close();
  }
}

function lines(file: string): string {
  const db = new Database(file, { readonly: true });
  try {
    return JSON.stringify(db.prepare('SELECT line, count(*) FROM log GROUP BY line').raw().all());
  } finally {
    db.close();
  }
}
